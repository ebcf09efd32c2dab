"""Small drawings of the definitions: a gene, events over it, and which of them count; bars in HTML, no picture files."""

from dataclasses import dataclass
from typing import Final

from dashboard import wording
from dashboard.components import markup
from dashboard.filters import GENE_OVERLAPS, Overlap
from dashboard.target import Pieces

GENE: Final = (35.0, 65.0)
"""Where the gene lies in a drawing, in percent of its width."""
CODING: Final = ((42.0, 47.0), (55.0, 60.0))


@dataclass(frozen=True, slots=True)
class Example:
    """An event in a drawing, in percent, and whether it counts."""

    start: float
    end: float
    counts: bool


RULES: Final[dict[str, tuple[str, tuple[Example, ...]]]] = {
    "coding": (
        "A loss takes at least one coding base; a gain holds at least 75 % of the coding bases.",
        (Example(45, 80, True), Example(48, 54, False)),
    ),
    "any": ("One base of the gene is enough.", (Example(63, 90, True), Example(66, 90, False))),
    "covers": (
        "The whole gene but for 1 kb, and at most a tenth of it, at either end.",
        (Example(34, 68, True), Example(40, 90, False)),
    ),
    "fraction": ("Half of the gene or more, in one piece or several.", (Example(20, 51, True), Example(20, 45, False))),
    "within": ("One event that lies inside the gene.", (Example(40, 62, True), Example(30, 60, False))),
    "reciprocal": (
        "One event that shares half of the longer of the two: of similar size and place.",
        (Example(40, 72, True), Example(12, 95, False)),
    ),
}


def overlap_rules() -> str:
    """Every overlap rule: what it asks, an event that meets it and one that does not."""
    return markup.element("div", "".join(_rule(rule) for rule in GENE_OVERLAPS), class_="cnv-grid")


def _rule(rule: Overlap) -> str:
    sentence, examples = RULES[rule.rule.value]
    bars = _bar(*GENE, "cnv-gene-bar", top=0) + "".join(_bar(*piece, "cnv-coding-bar", top=0) for piece in CODING)
    for number, example in enumerate(examples, start=1):
        bars += _bar(
            example.start, example.end, "cnv-event-bar" if example.counts else "cnv-event-bar cnv-out-bar", number
        )
        bars += markup.element(
            "span",
            "counts" if example.counts else "does not",
            class_="cnv-bar-word",
            style=f"top:{number * 1.1:.1f}rem",
        )
    return _figure(wording.rule_name(rule, Pieces.CODING), bars, sentence, rows=len(examples) + 1)


def events() -> str:
    """How abutting calls become one event, and where they do not (R3)."""
    joined = (
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
        _figure("one event", joined, "Two calls that abut, the second of one or two bins: a ragged edge.", rows=2)
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
