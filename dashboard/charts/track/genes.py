"""Genes with their exons; where they are too many to name, how many lie where."""

from typing import Final

from dashboard.charts.track.canvas import LETTER, Canvas
from dashboard.charts.track.lanes import Lanes
from dashboard.counting.along import Track
from data_prep.domain.intervals import Interval

DENSITY_HEIGHT: Final = 30
GENE_LANES: Final = 8
GENE_PITCH: Final = 27
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
    exons = {name: rows for (name,), rows in genes.exons.partition_by("transcript_id", as_dict=True).items()}
    lanes = Lanes(GENE_LANES)
    placed = []
    for gene in genes.genes.sort("start").iter_rows(named=True):
        first, last = max(gene["start"], window.start), min(gene["end"], window.end)
        name = f"{gene['symbol']} {ARROWS.get(gene['strand'], '')}".strip()
        label = canvas.bases((len(name) + 1) * 10.5 * LETTER)
        begin = max(min(first, window.end - label), window.start)
        lane = lanes.place(begin, max(last, begin + label))
        if lane is not None:
            placed.append((lane, gene, name, begin, first, last))
    for lane, gene, name, begin, first, last in placed:
        highlighted = track.highlight is not None and (gene["start"], gene["end"]) == (
            track.highlight.start,
            track.highlight.end,
        )
        colour = (
            palette.primary if highlighted else palette.text if gene["biotype"] == "protein_coding" else palette.muted
        )
        y = canvas.y + lane * GENE_PITCH
        middle = y + 18
        tooltip = " · ".join(
            words
            for words in (
                gene["symbol"],
                gene["description"] or "",
                "" if gene["biotype"] == "protein_coding" else gene["biotype"].replace("_", " "),
                str(Interval(window.chrom, gene["start"], gene["end"])),
            )
            if words
        )
        canvas.text(
            begin,
            y + 6,
            name,
            colour,
            size=10.5,
            bold=highlighted,
            room=max(lanes.room(lane, begin + 1, window.end + (window.end - begin)), 1),
        )
        models = exons.get(gene["transcript_id"])
        thin = 0.75 if models is not None else 3
        canvas.box(first, last, middle - thin, middle + thin, colour, tooltip=tooltip, least=2)
        for start, end, coding_start, coding_end in (
            () if models is None else models.select("start", "end", "coding_start", "coding_end").rows()
        ):
            if (start, end) != (coding_start, coding_end):
                canvas.box(start, end, middle - 3, middle + 3, colour, tooltip=tooltip)
            if coding_start is not None and coding_start < window.end and coding_end > window.start:
                canvas.box(coding_start, coding_end, middle - 5.5, middle + 5.5, colour, tooltip=tooltip)
    canvas.y += len(lanes.taken) * GENE_PITCH + 8


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
