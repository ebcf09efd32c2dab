"""The Beacon's time by question over one connection that stays open, against what the project promises for two cores."""

import gzip
import http.client
import json
import random
import statistics
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bench.figures import machine, verdict
from bench.served import Served, served

ASKED: Final = 40
"""Questions of each kind."""
QUERIES: Final = 500
"""Intervals in one request to cnvFrequency."""
LARGEST: Final = (1_800.0, 220.0)
"""Most kB of 100 records, as they are and compressed."""


def run(database: Path) -> None:
    """Prints the median time of each kind of question, and the size of 100 records."""
    draw = random.Random(12)
    with served(database.resolve()) as server:
        print(f"The Beacon, {ASKED} questions of each kind, {machine()}")
        connection = http.client.HTTPConnection(server.host, server.port)
        _ask(connection, "/beacon/g_variants?geneId=GSTM1")
        for granularity in ("boolean", "count"):
            places = [f"/beacon/g_variants?{_place(draw)}&requestedGranularity={granularity}" for _ in range(ASKED)]
            _tell(granularity, connection, places, 8.0)
        pages = [f"/beacon/g_variants?{_place(draw, 8_000_000)}&limit=100" for _ in range(ASKED)]
        _tell("100 records, first", connection, pages, 120.0)
        _tell("100 records, again", connection, pages, 40.0)
        largest = max((_ask(connection, page) for page in pages), key=len)
        for name, size, most in zip(
            ("as they are", "gzip"), (len(largest), len(gzip.compress(largest, 5))), LARGEST, strict=True
        ):
            print(f"  100 records {name}: {verdict(size / 1_000, most, 'kB')}")
        people = json.loads(_ask(connection, "/beacon/biosamples?limit=1000"))["response"]["resultSets"][0]["results"]
        chosen = draw.sample(people, min(ASKED, len(people)))
        _tell(
            "all events of a person",
            connection,
            [f"/beacon/biosamples/{one['id']}/g_variants?limit=0" for one in chosen],
            60.0,
        )
        _many_intervals(server, draw)


def _tell(name: str, connection: http.client.HTTPConnection, addresses: Iterable[str], most: float) -> None:
    times = []
    for address in addresses:
        begun = time.perf_counter()
        _ask(connection, address)
        times.append((time.perf_counter() - begun) * 1_000)
    middle = statistics.median(times)
    print(f"  {name}: median {verdict(middle, most, 'ms')}, longest {max(times):.0f} ms")


def _many_intervals(server: Served, draw: random.Random) -> None:
    queries = []
    for _ in range(QUERIES):
        start = draw.randrange(5_000_000, 40_000_000)
        queries.append(
            {
                "referenceName": str(draw.randint(1, 22)),
                "start": start,
                "end": start + draw.choice((5_000, 50_000, 500_000)),
                "variantType": draw.choice(("DEL", "DUP")),
            }
        )
    connection = http.client.HTTPConnection(server.host, server.port)
    begun = time.perf_counter()
    connection.request("POST", "/beacon/services/cnvFrequency", json.dumps({"queries": queries}))
    connection.getresponse().read()
    seconds = time.perf_counter() - begun
    print(f"  cnvFrequency, {QUERIES} intervals: {verdict(seconds, 10, 's')}")


def _place(draw: random.Random, bases: int = 0) -> str:
    start = draw.randrange(5_000_000, 30_000_000)
    end = start + (bases or draw.choice((1_000, 10_000, 100_000)))
    return f"referenceName={draw.randint(1, 18)}&start={start}&end={end}"


def _ask(connection: http.client.HTTPConnection, address: str) -> bytes:
    connection.request("GET", address)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address}: {answer.status}")
    return body
