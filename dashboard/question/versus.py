"""The second group of a comparison, in the words of the filters: `versus=population:EUR` (rule R13)."""

from collections.abc import Mapping, Sequence
from typing import Final

from dashboard.question.locus import cut
from dashboard.question.problem import Problem

VERSUS: Final = "versus"
"""Its name in an address."""
_POPULATION: Final = "population:"


def to_text(code: str) -> str:
    """The value for an address."""
    return f"{_POPULATION}{code}"


def parse_versus(values: Mapping[str, str], superpopulations: Sequence[str]) -> tuple[str, list[Problem]]:
    """The super-population that an address compares with; empty for none, with a sentence where the value is none."""
    text = values.get(VERSUS, "")
    if not text:
        return "", []
    code = text.removeprefix(_POPULATION)
    if text.startswith(_POPULATION) and code in superpopulations:
        return code, []
    shown = cut(text, 60)
    allowed = ", ".join(to_text(name) for name in superpopulations)
    return "", [Problem(VERSUS, shown, f"“{shown}” is not a value of {VERSUS}, which takes {allowed}.")]
