"""The path of a request below the one that the server is mounted at."""

from starlette.types import Scope


def route_path(scope: Scope) -> str:
    """The path below the one that the server is mounted at."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path
