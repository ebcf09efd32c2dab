"""Clients that ask for a large download and then stop reading: what they cost the server, and what they leave behind.

What is left behind is told by the system and not by the server: memory, threads, sockets, and whether the server lets
go of the database's file when another one is published, which it does once no cursor or lease of the old one is open.
"""

import shutil
import socket
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bench.figures import machine, verdict
from bench.served import Served, served

CLIENTS: Final = 40
TARGET: Final = 150.0
"""MiB."""
HELD: Final = 30.0
"""Seconds that the clients stay without reading: longer than the server waits for a client to take a piece."""
FORMATS: Final = ("calls.csv", "calls.parquet", "calls.vcf", "carriers.json")
WHAT: Final = "region=chr1&filter=all&cohort=all"
SMALL: Final = "carriers.csv?gene=GSTM1"


def run(database: Path) -> None:
    """Prints memory, threads and sockets before, during and after `CLIENTS` stalled downloads, and what is left."""
    with tempfile.TemporaryDirectory() as folder:
        published = [Path(folder) / f"cnv-{name}.duckdb" for name in ("old", "new")]
        for path in published:
            shutil.copyfile(database.resolve(), path)
        pointer = Path(folder) / "cnv.duckdb"
        pointer.symlink_to(published[0].name)
        with served(pointer) as server:
            print(f"{CLIENTS} stalled downloads, {machine()}")
            for file in FORMATS:  # what a download needs once is not the cost of a stalled one
                _read(server, f"{file}?{WHAT}")
            before = _state(server, "before")
            peak = _stalled(server)
            print(f"{'what they cost at most':38} {verdict(peak - before, TARGET, 'MiB')}")
            again = _stalled(server)
            print(f"{'the same once more':38} {verdict(again - before, TARGET, 'MiB')}")
            _usable(server)
            _let_go(server, pointer, *published)


def _stalled(server: Served) -> float:
    """Opens the downloads, reads nothing, and closes them; returns the highest resident memory meanwhile, in MiB."""
    clients = []
    for number in range(CLIENTS):
        # each from an address of its own: one client is given three places of four
        source = (f"127.0.0.{1 + number}", 0)
        client = socket.create_connection(("127.0.0.1", server.port), timeout=60, source_address=source)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        file = FORMATS[number % len(FORMATS)]
        client.sendall(f"GET /download/{file}?{WHAT} HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
        clients.append(client)
    peak = 0.0
    end = time.monotonic() + HELD
    while time.monotonic() < end:
        peak = max(peak, server.resident)
        if abs(end - time.monotonic() - HELD / 2) < 0.05:
            _state(server, "during")
        time.sleep(0.1)
    for client in clients:
        client.close()
    time.sleep(3)
    _state(server, "after, 3 s")
    return peak


def _state(server: Served, when: str) -> float:
    resident = server.resident
    files = server.open_files()
    sockets = sum(name.startswith("socket:") for name in files)
    print(
        f"{when:38} {resident:.0f} MiB, {server.threads} threads, {sockets} sockets, {len(files)} open files",
        flush=True,
    )
    return resident


def _read(server: Served, address: str) -> int:
    """Reads a download to its end; returns the status."""
    try:
        with urllib.request.urlopen(f"{server.url}/download/{address}", timeout=60) as answer:
            while answer.read(1 << 16):
                pass
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def _usable(server: Served) -> None:
    """As many downloads at once as one client has places for."""
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: _read(server, SMALL), range(3)))
    print(f"{'three downloads at once afterwards':38} {answers}")


def _let_go(server: Served, pointer: Path, old: Path, new: Path) -> None:
    """Publishes another file and looks whether the old one is closed."""
    following = pointer.with_name("next")
    following.symlink_to(new.name)
    following.replace(pointer)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        _read(server, SMALL)
        held = [name for name in server.open_files() if name == str(old.resolve())]
        if not held:
            print(f"{'the replaced database':38} closed: no cursor, no lease is left")
            return
        time.sleep(0.5)
    print(f"{'the replaced database':38} STILL OPEN: a cursor or lease is left")
