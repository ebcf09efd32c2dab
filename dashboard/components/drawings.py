"""Small drawings of the definitions: a gene, events over it, and which of them count; bars in HTML, no picture files."""

from dataclasses import dataclass
from typing import Final

from dashboard.components import markup
from dashboard.question.filters import GENE_OVERLAPS, Overlap
from dashboard.question.target import Pieces
from dashboard.words import overlap_rules

GENE: Final = (35.0, 65.0)
"""Where the gene lies in a drawing, in percent of its width."""
CODING: Final = ((42.0, 47.0), (55.0, 60.0))


@dataclass(frozen=True, slots=True)
class Example:
    """An event in a drawing, in percent, and whether it counts."""

    start: float
    end: float
    counts: bool
    uncertain: float = 0
    """How far either end may lie further in, in percent: drawn pale."""


RULES: Final[dict[str, tuple[Example, ...]]] = {
    "coding": (Example(42, 78, True, 4), Example(57, 90, False, 5)),
    "coding-touch": (Example(57, 90, True, 5), Example(48, 54, False, 1.5)),
    "any": (Example(63, 90, True), Example(66, 90, False)),
    "covers": (Example(34, 68, True), Example(40, 90, False)),
    "fraction": (Example(20, 51, True), Example(20, 45, False)),
    "within": (Example(40, 62, True), Example(30, 60, False)),
    "reciprocal": (Example(40, 72, True), Example(12, 95, False)),
}
"""Losses over the gene, by rule; what each asks is said by `overlap_rules.rule_in_full`."""


def draw_overlap_rules() -> str:
    """Every overlap rule: what it asks, an event that meets it and one that does not."""
    return markup.element("div", "".join(_rule(rule) for rule in GENE_OVERLAPS), class_="cnv-grid")


def _rule(rule: Overlap) -> str:
    examples = RULES[rule.rule.value]
    bars = _bar(*GENE, "cnv-gene-bar", top=0) + "".join(_bar(*piece, "cnv-coding-bar", top=0) for piece in CODING)
    for number, example in enumerate(examples, start=1):
        bars += _event(example, number)
        bars += markup.element(
            "span",
            "counts" if example.counts else "does not",
            class_="cnv-bar-word",
            style=f"top:{number * 1.1:.1f}rem",
        )
    caption = overlap_rules.rule_in_full(rule, Pieces.CODING)
    return _figure(overlap_rules.rule_name(rule, Pieces.CODING), bars, caption, rows=len(examples) + 1)


def _event(example: Example, top: int) -> str:
    """A loss: solid what is left of it with both ends drawn in, the ends pale; only a frame where it does not count."""
    if not example.counts and not example.uncertain:
        return _bar(example.start, example.end, "cnv-event-bar cnv-out-bar", top)
    first, last = example.start + example.uncertain, example.end - example.uncertain
    bars = _bar(first, last, "cnv-event-bar" if example.counts else "cnv-event-bar cnv-out-bar", top)
    for start, end in ((example.start, first), (last, example.end)):
        if end > start:
            bars += _bar(start, end, "cnv-event-bar cnv-pale-bar", top)
    return bars


def drawing_in() -> str:
    """What it means to draw in the ends of an event, where its caller places them on bins (R7)."""
    bins = "".join(_bar(start, start + 11.2, "cnv-bin-bar", 1) for start in (20, 32, 44, 56, 68))
    gene = _bar(8, 94, "cnv-thin-bar", 0) + _bar(9, 24, "cnv-coding-bar", 0) + _bar(46, 58, "cnv-coding-bar", 0)
    event = _event(Example(20, 79.2, True, 5.9), 2)
    words = "".join(
        markup.element("span", word, class_="cnv-bar-word", style=f"top:{row * 1.1:.1f}rem")
        for row, word in ((0, "exons"), (1, "bins"), (2, "loss"))
    )
    return markup.element(
        "div",
        _figure(
            "ends drawn in",
            gene + bins + event + words,
            "A caller that counts reads in bins knows only in which bin an event ends. Each end is drawn in by half of the "
            "event's mean bin, at most by a third of the event; by what the record itself says of it (CIPOS, CIEND); by 500 "
            "bases where depth is all that is known and no bins are counted; and not at all where split reads or assembly give "
            "the end, or where another call of the same person and direction begins. Here the right exon is lost; the left "
            "one is within reach of the pale end alone: it counts under “coding sequence, ends not drawn in” and not under "
            "“coding sequence”.",
            rows=3,
        ),
        class_="cnv-grid",
    )


def draw_joining() -> str:
    """How abutting calls become one event, and where they do not (R3)."""
    joined_bars = (
        _bar(15, 45, "cnv-event-bar", 0)
        + _bar(45, 52, "cnv-event-bar cnv-next-bar", 0)
        + _bar(15, 52, "cnv-coding-bar", 1)
    )
    cut = (
        _bar(15, 45, "cnv-event-bar", 0)
        + _bar(45, 80, "cnv-event-bar cnv-next-bar", 0)
        + _bar(15, 45, "cnv-coding-bar", 1)
        + _bar(45, 80, "cnv-coding-bar", 1)
    )
    return markup.element(
        "div",
        _figure("one event", joined_bars, "Two calls that abut, the second of one or two bins: a ragged edge.", rows=2)
        + _figure(
            "two events", cut, "Two calls that abut, of different copy number and three bins or more each.", rows=2
        ),
        class_="cnv-grid",
    )


def _bar(start: float, end: float, class_: str, top: int) -> str:
    style = f"left:{start:g}%;width:{end - start:g}%;top:{top * 1.1:.1f}rem"
    return markup.element("span", "", class_=f"cnv-bar {class_}", style=style)


def _figure(title: str, bars: str, sentence: str, rows: int) -> str:
    return markup.element(
        "figure",
        markup.element("strong", markup.text(title))
        + markup.element("div", bars, class_="cnv-drawing", style=f"height:{rows * 1.1:.1f}rem", aria_hidden="true")
        + markup.element("figcaption", markup.text(sentence)),
        class_="cnv-figure",
    )
