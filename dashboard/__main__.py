"""Starts the dashboard: `python -m dashboard [--host 127.0.0.1] [--port 8501]`, or `cnv-dashboard`; `--help` has the rest.

Uvicorn and not `streamlit run`, which leaves Nagle's algorithm on and so makes every request on an open connection
wait for 40 ms. One worker: sessions and media live in the process.
"""

import ipaddress
import os
import re
import resource
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from dashboard import pages, settings
from dashboard.operating.read import OperatorFileError
from dashboard.question import links
from dashboard.serving import log
from dashboard.settings import database_path, streamlit_folder

RESERVED = tuple(
    f"/{path.split('/')[1]}"
    for path in (
        links.DOWNLOADS, links.CHARTS, links.HEALTH, links.SUGGEST, links.BEACON, links.RULES, links.GLOSSARY,
        "/services", "/live", "/static", "/media", "/_stcore",
    )
)  # fmt: skip
"""First parts of paths that are not pages."""
GRACE = 3
"""Seconds that open requests get when the process is told to stop."""
MOST_CONNECTIONS = 1_000
"""Connections at once, if the system allows as many open files; whoever comes then is told to come back (503)."""


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    # a box would cut its sentences into lines
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _check_port(port: int) -> int:
    if not 0 <= port <= 65_535:
        # the system's own look-up of addresses would take 99999 for 34463
        raise typer.BadParameter(f"{port} is no port: give a number from 0 to 65535")
    return port


def _check_paths(paths: list[str]) -> list[str]:
    for path in paths:
        if not path.startswith("/") or path.split() != [path]:
            raise typer.BadParameter(f"{path!r} is no path: write one such as /_stcore/metrics")
    return paths


def _check_names(names: list[str]) -> list[str]:
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name):
            raise typer.BadParameter(f"{name!r} is no name of a host: write one such as explorer.example")
    return names


def _check_path(path: str | None) -> str | None:
    if path is None or not path.strip("/"):
        return None
    if not settings.PATH.fullmatch(path.removesuffix("/")):
        raise typer.BadParameter(f"{path!r} is no path to stand below: write one such as /cnv")
    return path.removesuffix("/")


def _check_networks(networks: list[str]) -> list[str]:
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise typer.BadParameter(
                f"{network!r} is no address of a proxy: write one such as 127.0.0.1, or a network such as 10.0.0.0/8"
            ) from None
    return networks


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", callback=_check_port)] = 8501,
    open_route: Annotated[
        list[str],
        typer.Option(
            metavar="PATH",
            help="Let clients ask for an inner route of Streamlit that is closed, such as /_stcore/metrics; may be given several times.",
            callback=_check_paths,
        ),
    ] = [],  # noqa: B006  (typer copies it)
    name: Annotated[
        list[str],
        typer.Option(
            help="Host name that visitors reach the dashboard by; may be given several times; others are then answered with 421.",
            callback=_check_names,
        ),
    ] = [],  # noqa: B006
    path: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Path below which a proxy serves the dashboard, such as /cnv: everything then lies below it.",
            envvar="CNV_PATH",
            callback=_check_path,
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str],
        typer.Option(
            metavar="ADDRESS",
            help="Address or network of a proxy whose X-Forwarded-Prefix is believed (the path that it takes off), and its "
            "X-Forwarded-For; may be given several times.",
            envvar="CNV_TRUSTED_PROXIES",
            callback=_check_networks,
        ),
    ] = [],  # noqa: B006
    operator: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="TOML file that says who runs the server, where it is reached and how much it tells (docs/beacon.md).",
            envvar="CNV_OPERATOR",
        ),
    ] = None,
) -> None:
    """Serve the 1000 Genomes CNV explorer: the database that CNV_DATABASE names, or cnv.duckdb in this folder."""
    os.environ["CNV_DATABASE"] = str(database_path())
    if name:
        os.environ["CNV_HOST_NAMES"] = " ".join(name)
    if open_route:
        os.environ["CNV_OPEN_ROUTES"] = " ".join(open_route)
    if operator:
        os.environ["CNV_OPERATOR"] = str(operator.absolute())
    os.environ["CNV_PATH"] = path or ""
    os.environ["CNV_TRUSTED_PROXIES"] = " ".join(trusted_proxy)
    # Streamlit reads .streamlit/config.toml where the process stands.
    os.chdir(streamlit_folder())
    log.set_up()
    try:
        fault = _path_fault()
    except OperatorFileError as error:
        fault = str(error)
    if fault:
        print(fault, file=sys.stderr)
        raise typer.Exit(2)

    import uvicorn  # the configuration above comes first

    from dashboard.serving.patience import PatientProtocol

    listening = _listen(host, port)
    if listening is None:
        raise typer.Exit(1)
    port = listening.getsockname()[1]
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                print(f"The dashboard is ready at http://{shown}:{port}", flush=True)

    config = uvicorn.Config(
        "dashboard.server:app",
        http=PatientProtocol,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # the application looks at them itself, after it has seen who connected
        limit_concurrency=_most_connections(),
        timeout_graceful_shutdown=GRACE,
    )
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
    # Everything is closed. An interpreter that ends in order would have DuckDB's bindings list on the terminal, in some
    # fifty lines, the objects that they do not free.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _path_fault() -> str:
    """Why the server cannot stand below the path that it was given; empty where it can."""
    path, address = settings.own_path(), settings.operator().public_address
    if address and settings.operator().public_path != path:
        return (
            f"The path {path} and the operator's public_address {address} name two places: "
            f"write the address with that path at its end, or leave --path out."
        )
    first = f"/{path.strip('/').partition('/')[0]}"
    if path and first in {*pages.paths(), *RESERVED}:
        return f"The path {path} begins like one of the dashboard's own ({first}): choose another, such as /cnv."
    return ""


def _most_connections() -> int:
    """How many connections there may be: each takes an open file, and so do the database and what is sent."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * MOST_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(16, min(MOST_CONNECTIONS, soft // 2))


def _listen(host: str, port: int) -> socket.socket | None:
    """A bound socket; None, with a sentence on stderr, where the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # asyncio turns Nagle's algorithm off only where the socket names its protocol.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except (OSError, OverflowError) as error:
        print(f"Cannot listen on {host}:{port} ({error}). Choose another port with --port.", file=sys.stderr)
        return None
    return listening


def main() -> None:
    """Serves until it is told to stop, and ends the process; exit code 1 if the port is taken."""
    app()


if __name__ == "__main__":
    main()
