"""Many visitors at once: each opens a random gene or region, thinks for a while, and opens the next.

All are driven by one process on the same machine, so the server has less than the machine to itself; the figures are
what the visitors wait for, from the request to the end of the script.
"""

import asyncio
import random
import time
from pathlib import Path
from typing import Final

from bench.figures import machine, spread, verdict
from bench.served import Served, chromosomes, protein_coding, served
from bench.visitor import Page, arrived

THINK: Final = 5.0
"""Seconds on average between an answer and the next question; half to one and a half times that."""
P95: Final = 800
"""Milliseconds."""
SPANS: Final = (10_000, 50_000, 200_000, 2_000_000)


def run(database: Path, people: int, seconds: float) -> None:
    """Prints what `people` visitors wait during `seconds`, how many pages they get, and what it costs the server."""
    genes, lengths = protein_coding(database), chromosomes(database)
    with served(database) as server:
        print(f"{people} visitors, {THINK:g} s think time, {seconds:g} s, {machine()}")
        before = server.resident
        used, start = server.processor_seconds, time.perf_counter()
        visits = asyncio.run(_visits(server, genes, lengths, people, seconds))
        took, used = time.perf_counter() - start, server.processor_seconds - used
        waited = [visit for _, visit in visits]
        settled = [visit for began, visit in visits if began - start > THINK]
        print(f"{'time to a finished page':38} {spread(waited, None, P95)}")
        # in the first seconds all of them open a page at once, each with a session of its own to begin
        if settled:
            print(f"{'of these, after all have arrived':38} {spread(settled, None, P95)}")
        print(f"{'95 % within':38} {verdict(sorted(waited)[int(0.95 * len(waited))] * 1000, P95, 'ms')}")
        print(
            f"{'pages a second':38} {len(waited) / took:.1f}, {used / took:.2f} processors used by the server, "
            f"resident memory {before:.0f} to {server.resident:.0f} MiB"
        )


async def _visits(
    server: Served, genes: list[str], lengths: list[tuple[str, int]], people: int, seconds: float
) -> list[tuple[float, float]]:
    """When each page was asked for and how long it took, in seconds."""
    visits: list[tuple[float, float]] = []
    end = time.perf_counter() + seconds

    async def stay(number: int) -> None:
        draw = random.Random(number)
        await asyncio.sleep(draw.uniform(0, THINK))
        async with arrived(server) as visitor:
            while time.perf_counter() < end:
                began = time.perf_counter()
                visits.append((began, (await visitor.visit(_anywhere(draw, genes, lengths))).seconds))
                await asyncio.sleep(THINK * draw.uniform(0.5, 1.5))

    await asyncio.gather(*(stay(number) for number in range(people)))
    return visits


def _anywhere(draw: random.Random, genes: list[str], lengths: list[tuple[str, int]]) -> Page:
    """A gene in two of three cases, else a region."""
    if draw.random() < 2 / 3:
        return Page("gene", {"gene": draw.choice(genes)})
    span = draw.choice(SPANS)
    chrom, length = draw.choice(lengths)
    start = draw.randrange(length - span) + 1
    return Page("region", {"region": f"{chrom}:{start}-{start + span - 1}"})
