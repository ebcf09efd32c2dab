"""nginx as an ordinary process before a dashboard, set up by the blocks of the README."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

README: Final = Path(__file__).resolve().parents[1] / "README.md"
BLOCKS: Final = re.compile(r"```nginx\n(.*?)```", re.DOTALL)
DASHBOARD: Final = "http://127.0.0.1:8501"
"""The dashboard's address in the README's blocks."""
LISTEN: Final = "listen 80;"


def blocks() -> list[str]:
    """The README's blocks: the path is passed on, then it is taken off."""
    return BLOCKS.findall(README.read_text(encoding="utf-8"))


@contextmanager
def nginx(folder: Path, servers: Sequence[tuple[str, str]]) -> Iterator[list[str]]:
    """Addresses of these servers, each a block and the dashboard that stands behind it; skips where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("There is no nginx: install the Debian package “nginx”.")
    ports = _free_ports(len(servers))
    for (block, _), port in zip(servers, ports, strict=True):
        assert block.count(LISTEN) == block.count(DASHBOARD) == 1, block
        assert f"listen 127.0.0.1:{port};" not in block
    written = "\n".join(
        block.replace(LISTEN, f"listen 127.0.0.1:{port};").replace(DASHBOARD, dashboard)
        for (block, dashboard), port in zip(servers, ports, strict=True)
    )
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # started by root its worker would be nobody, who may not write what it cannot send at once into this folder
    user = "user root;" if os.getuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {kept}\n{written}\n}}\n"
    )
    process = subprocess.Popen([program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(configuration)])
    try:
        for port in ports:
            _wait(process, port, folder)
        yield [f"http://127.0.0.1:{port}" for port in ports]
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_ports(count: int) -> list[int]:
    taken = [socket.socket() for _ in range(count)]
    for one in taken:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert process.poll() is None, (folder / "error.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"nginx did not listen on {port}")
