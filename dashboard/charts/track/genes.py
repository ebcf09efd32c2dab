"""Genes with their exons; where they are too many to name, how many lie where."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from dashboard.charts.rows import rows
from dashboard.charts.track.canvas import LETTER, SIZE, Canvas
from dashboard.charts.track.lanes import Lanes
from dashboard.counting.along import Track
from data_prep.domain.intervals import Interval

DENSITY_HEIGHT: Final = 30
GENE_LANES: Final = 8
GENE_PITCH: Final = 27
NUMBER_ROOM: Final = 14
"""Pixels between the numbers of two exons at least."""
NUMBERS_HEIGHT: Final = 12
ExonRow = tuple[int, int, int | None, int | None, int, int]
"""Start and end of an exon, those of its coding part, its number from 1 and how many the transcript has."""
_EXON: Final = ("start", "end", "coding_start", "coding_end", "number", "of")
ARROWS: Final = {"+": "→", "-": "←"}


def draw_genes(canvas: Canvas, track: Track) -> None:
    genes, palette, window = track.genes, canvas.palette, canvas.window
    if genes.density is not None:
        canvas.heading(
            "Genes", f"{genes.coding:,} protein-coding, too many to name: how many lie where, zoom in for each"
        )
        _draw_density(canvas, genes.density)
        return
    if genes.genes.is_empty():
        canvas.heading(
            "Genes", "none here" if not genes.total else f"none that codes for a protein, {genes.total} others"
        )
        canvas.y += 2
        return
    note = (
        f"protein-coding only; {genes.total - genes.coding:,} others not drawn"
        if genes.genes.height < genes.total
        else ""
    )
    canvas.heading("Genes", note)
    exons: dict[str, list[ExonRow]] = {}
    for transcript, *exon in rows(genes.exons, "transcript_id", *_EXON):
        exons.setdefault(transcript, []).append(tuple(exon))
    for models in exons.values():
        models.sort(key=lambda exon: exon[0])
    lanes = Lanes(GENE_LANES)
    placed = []
    for gene in sorted(genes.genes.iter_rows(named=True), key=lambda gene: gene["start"]):
        first, last = max(gene["start"], window.start), min(gene["end"], window.end)
        name = f"{gene['symbol']} {ARROWS.get(gene['strand'], '')}".strip()
        label = canvas.bases((len(name) + 1) * SIZE * LETTER)
        begin = max(min(first, window.end - label), window.start)
        lane = lanes.place(begin, max(last, begin + label))
        if lane is not None:
            placed.append((lane, gene, name, begin, first, last))

    def is_subject(gene: dict[str, Any]) -> bool:
        place = track.highlight
        return place is not None and (gene["start"], gene["end"]) == (place.start, place.end)

    # the numbers of exons have a row of their own below the gene's lane
    numbered = min(
        (lane for lane, gene, *_ in placed if is_subject(gene) and gene["transcript_id"] in exons), default=GENE_LANES
    )
    for lane, gene, name, begin, first, last in placed:
        highlighted = is_subject(gene)
        colour = (
            palette.primary if highlighted else palette.text if gene["biotype"] == "protein_coding" else palette.muted
        )
        y = canvas.y + lane * GENE_PITCH + (NUMBERS_HEIGHT if lane > numbered else 0)
        middle = y + 18
        about = [
            gene["description"] or "",
            "" if gene["biotype"] == "protein_coding" else gene["biotype"].replace("_", " "),
            str(Interval(window.chrom, gene["start"], gene["end"])),
        ]
        canvas.text(
            begin,
            y + 6,
            name,
            colour,
            bold=highlighted,
            room=max(lanes.room(lane, begin + 1, window.end + (window.end - begin)), 1),
        )
        models = exons.get(gene["transcript_id"], [])
        thin = 0.75 if models else 3
        leads_to = f"gene {gene['symbol']}"
        # the name is the larger target of the two; letters themselves let a click through
        canvas.box(begin, begin, y - 1, y + 13, colour, opacity=0, least=len(name) * SIZE * LETTER, label=leads_to)
        canvas.box(
            first,
            last,
            middle - thin,
            middle + thin,
            colour,
            tooltip=_joined(gene["symbol"], *about),
            least=2,
            label=leads_to,
        )
        if not models:
            continue
        if highlighted:
            _number_exons(canvas, models, middle + 14)
        for start, end, is_coding, words in _blocks(models, canvas, apart=highlighted):
            half = 5.5 if is_coding else 3
            canvas.box(
                start,
                end,
                middle - half,
                middle + half,
                colour,
                tooltip=_joined(gene["symbol"], words, *about),
                label=leads_to,
            )
    canvas.y += len(lanes.taken) * GENE_PITCH + 8 + (NUMBERS_HEIGHT if numbered < GENE_LANES else 0)


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)


def _blocks(models: Sequence[ExonRow], canvas: Canvas, *, apart: bool) -> Iterator[tuple[int, int, bool, str]]:
    """What is drawn of a transcript's exons: start, end, whether it is coding, and which exons, in words.

    Exons nearer than a pixel are one block, unless they are to stay `apart`. One that codes from end to end is drawn as that
    alone.
    """
    window, gap = canvas.window, 0 if apart else canvas.bases(1)
    parts: dict[bool, list[tuple[int, int, int, int]]] = {False: [], True: []}
    for start, end, coding_start, coding_end, number, total in models:
        if (start, end) != (coding_start, coding_end):
            parts[False].append((start, end, number, total))
        if coding_start is not None and coding_end is not None:
            parts[True].append((coding_start, coding_end, number, total))
    for is_coding, pieces in parts.items():
        block: tuple[int, int, list[int], int] | None = None
        for start, end, number, total in pieces:
            if end <= window.start or start >= window.end:
                continue
            if block and start - block[1] < gap:
                block = (block[0], max(block[1], end), [*block[2], number], total)
                continue
            if block:
                yield block[0], block[1], is_coding, _exons_in_words(*block[2:])
            block = (start, end, [number], total)
        if block:
            yield block[0], block[1], is_coding, _exons_in_words(*block[2:])


def _exons_in_words(numbers: list[int], total: int) -> str:
    first, last = min(numbers), max(numbers)
    return f"exon {first} of {total}" if first == last else f"exons {first}-{last} of {total}"


def _number_exons(canvas: Canvas, models: Sequence[ExonRow], y: float) -> None:
    """Numbers below the exons: all where they lie far enough apart, else every fifth, and of those that collide the first."""
    window, room = canvas.window, canvas.bases(NUMBER_ROOM)
    centres = [
        ((max(start, window.start) + min(end, window.end)) / 2, number) for start, end, _, _, number, _ in models
    ]
    crowded = any(later[0] - sooner[0] < room for sooner, later in pairwise(centres))
    reached = float("-inf")
    for x, number in centres:
        if (crowded and number % 5) or x - reached < room:
            continue
        reached = x
        canvas.text(x, y, str(number), canvas.palette.muted, align="center")


def _draw_density(canvas: Canvas, density: tuple[int, ...]) -> None:
    """How many genes lie in each part of the window, as a skyline."""
    window, palette = canvas.window, canvas.palette
    most, part = max(*density, 1), window.length / len(density)
    bottom = canvas.y + DENSITY_HEIGHT
    for number, genes in enumerate(density):
        if genes:
            start = window.start + number * part
            tooltip = f"{genes} protein-coding {'gene' if genes == 1 else 'genes'}"
            canvas.box(
                start, start + part, bottom - DENSITY_HEIGHT * genes / most, bottom, palette.muted, tooltip=tooltip
            )
    canvas.box(window.start, window.end, bottom, bottom + 1, palette.muted)
    canvas.y = bottom + 10
