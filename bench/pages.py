"""Time of the pages and of each control, warm, over random places: from the request to the end of the script.

A control writes the address and nothing else, so its change is timed as the visit of the new address of the same place.
"""

import asyncio
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.figures import machine, spread
from bench.served import Served, chromosomes, protein_coding, served
from bench.visitor import Page, Visitor, arrived

P50: Final = 100
P95: Final = 250
"""Milliseconds."""

SPANS: Final = {"10 kb": 10_000, "200 kb": 200_000, "2 Mb": 2_000_000}
WARM_UP: Final = 5
"""Visits of each kind before any is timed."""

CONTROLS: Final[Mapping[str, Mapping[str, str]]] = {
    "class: losses": {"class": "loss"},
    "class: complete losses": {"class": "complete-loss"},
    "filter: all": {"filter": "all"},
    "filter: pass": {"filter": "pass"},
    "cohort: all": {"cohort": "all"},
    "outliers: include": {"outliers": "include"},
    "overlap: covers": {"overlap": "covers"},
    "overlap: half, reciprocal": {"overlap": "reciprocal:0.5"},
    "population: AFR, GBR": {"population": "AFR,GBR"},
    "sex: XX": {"sex": "XX"},
    "length: from 3 kb": {"min_length": "3000"},
    "length: to 100 kb": {"max_length": "100000"},
    "quality: from 20": {"min_quality": "20"},
    "bins: from 3": {"min_bins": "3"},
    "copy number: 0, 1, 3": {"copy_number": "0,1,3"},
}
"""What each control writes into the address."""


def run(database: Path, places: int) -> None:
    """Prints p50, p95 and the slowest of each page over `places` random places, of each control over a tenth of them."""
    with served(database) as server:
        print(f"pages and controls, {machine()}; targets: p50 {P50} ms, p95 {P95} ms")
        asyncio.run(_run(server, protein_coding(database), chromosomes(database), places))


async def _run(server: Served, genes: list[str], lengths: list[tuple[str, int]], places: int) -> None:
    draw = random.Random(1)
    async with arrived(server) as visitor:
        await _timed(visitor, "first page", [Page("", {})] * 10)
        await _timed(visitor, "data page", [Page("data", {})] * 10)
        await _timed(visitor, "gene page", _genes(draw, genes, places))
        for name, length in SPANS.items():
            await _timed(visitor, f"region page, {name}", _regions(draw, lengths, length, places))
        whole = [Page("region", {"region": chrom}) for chrom, _ in lengths]
        await _timed(visitor, "region page, a chromosome", whole)
        for name, change in CONTROLS.items():
            few = max(10, places // 10)
            await _changed(visitor, f"gene, {name}", _genes(draw, genes, few), change)
            await _changed(visitor, f"region, {name}", _regions(draw, lengths, 200_000, few), change)


def _genes(draw: random.Random, genes: list[str], places: int) -> Iterator[Page]:
    return (Page("gene", {"gene": gene}) for gene in draw.sample(genes, places + WARM_UP))


def _regions(draw: random.Random, lengths: list[tuple[str, int]], span: int, places: int) -> Iterator[Page]:
    for chrom, length in draw.choices(lengths, [length for _, length in lengths], k=places + WARM_UP):
        start = draw.randrange(length - span) + 1
        yield Page("region", {"region": f"{chrom}:{start}-{start + span - 1}"})


async def _timed(visitor: Visitor, what: str, pages: Iterable[Page]) -> None:
    seconds = [(await visitor.visit(page)).seconds for page in pages]
    print(f"{what:38} {spread(seconds[WARM_UP:], P50, P95)}", flush=True)


async def _changed(visitor: Visitor, what: str, pages: Iterable[Page], change: Mapping[str, str]) -> None:
    seconds = []
    for page in pages:
        await visitor.visit(page)
        changed = replace(page, query={**page.query, **change})
        seconds.append((await visitor.visit(changed)).seconds)
    print(f"{what:38} {spread(seconds[WARM_UP:], P50, P95)}", flush=True)
