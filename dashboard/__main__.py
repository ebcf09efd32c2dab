"""Starts the dashboard: `python -m dashboard [--host 127.0.0.1] [--port 8501]`; `--help` has the rest.

Uvicorn and not `streamlit run`, which leaves Nagle's algorithm on and so makes every request on an open connection
wait for 40 ms. One worker: sessions and media live in the process.
"""

import argparse
import os
import re
import resource
import socket
import sys
from contextlib import suppress

from dashboard.serving import log
from dashboard.settings import ROOT, database_path

GRACE = 3
"""Seconds that open requests get when the process is told to stop."""
MOST_CONNECTIONS = 1_000
"""Connections at once, if the system allows as many open files; whoever comes then is told to come back (503)."""


def main() -> int:
    """Serves until it is told to stop, and ends the process; 1 if the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description="Serve the 1000 Genomes CNV explorer.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8501, help="port to listen on; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--open-route",
        metavar="PATH",
        action="append",
        default=[],
        help="let clients ask for an inner route of Streamlit that is closed, such as /_stcore/metrics; several times",
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        help="host name that visitors reach the dashboard by; several times; others are then answered with 421",
    )
    options = parser.parse_args()
    if not 0 <= options.port <= 65_535:
        # the system's own look-up of addresses would take 99999 for 34463
        parser.error(f"argument --port: {options.port} is no port: give a number from 0 to 65535")

    for path in options.open_route:
        if not path.startswith("/") or path.split() != [path]:
            parser.error(f"argument --open-route: {path!r} is no path: write one such as /_stcore/metrics")

    for name in options.name:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name):
            parser.error(f"argument --name: {name!r} is no name of a host: write one such as explorer.example")

    # Streamlit reads .streamlit/config.toml where the process stands.
    os.environ["CNV_DATABASE"] = str(database_path())
    if options.name:
        os.environ["CNV_HOST_NAMES"] = " ".join(options.name)
    if options.open_route:
        os.environ["CNV_OPEN_ROUTES"] = " ".join(options.open_route)
    os.chdir(ROOT)
    log.set_up()

    import uvicorn  # the configuration above comes first

    from dashboard.serving.patience import PatientProtocol

    listening = _listen(options.host, options.port)
    if listening is None:
        return 1
    port = listening.getsockname()[1]
    shown = "localhost" if options.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else options.host

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


if __name__ == "__main__":
    sys.exit(main())
