"""How a page shows what is counted: the tab that is open, the groups and the unit of its figures, scale and order (rule R13).

None of it changes a number, so a download, a chart and a program take these names and leave them aside: the query string of a page can be
put behind any of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from dashboard.question.locus import cut
from dashboard.question.problem import Problem

Choice = TypeVar("Choice", bound=StrEnum)


class Tab(StrEnum):
    """The tables of a page, of which one is open."""

    SITES = "sites"
    CARRIERS = "carriers"
    FAMILIES = "families"
    GENES = "genes"
    EVENTS = "events"
    CHILDREN = "children"
    NEIGHBOURS = "neighbours"
    PEOPLE = "people"
    SPECTRUM = "spectrum"
    POPULATIONS = "populations"
    DIFFERENCES = "differences"


class By(StrEnum):
    """The groups of the block of frequencies."""

    GROUPS = "groups"
    POPULATIONS = "populations"
    SEX = "sex"
    SUPERPOPULATIONS = "superpopulations"
    """Of the genome: a panel for each super-population."""


class Show(StrEnum):
    """What a figure shows: of a place frequencies or copies; of the cohort events or bases a person, people, or F_ST."""

    FREQUENCY = "frequency"
    COPIES = "copies"
    EVENTS = "events"
    BASES = "bases"
    PEOPLE = "people"
    FST = "fst"


class Scale(StrEnum):
    """The scale of people per base along the genome."""

    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class View:
    """How a page shows what is counted."""

    tab: Tab | None = None
    """The table that is open; None for the page's first."""
    by: By = By.GROUPS
    show: Show = Show.FREQUENCY
    scale: Scale = Scale.LINEAR
    sort: str = ""
    """The column by which the open table is ordered, a hyphen before it from the largest on; empty for the table's own order."""

    def to_query(self) -> dict[str, str]:
        """Names and values for an address; defaults are left out."""
        texts = {
            "tab": self.tab.value if self.tab else "",
            "by": "" if self.by is By.GROUPS else self.by.value,
            "show": "" if self.show is Show.FREQUENCY else self.show.value,
            "scale": "" if self.scale is Scale.LINEAR else self.scale.value,
            "sort": self.sort,
        }
        return {name: text for name, text in texts.items() if text}


NAMES: Final = ("tab", "by", "show", "scale", "sort")
"""The names that `View` reads from an address."""


def parse(values: Mapping[str, str]) -> tuple[View, list[Problem]]:
    """The view that an address asks for, and a sentence for each value that is none; its default is taken instead.

    Whether a table has the column that `sort` names is the table's to say.
    """
    problems: list[Problem] = []

    def refuse(name: str, allowed: str) -> None:
        shown = cut(values[name], 60)
        problems.append(Problem(name, shown, f"“{shown}” is not a value of {name}, which takes {allowed}."))

    def choice(name: str, choices: type[Choice]) -> Choice | None:
        text = values.get(name, "")
        if not text or text in set(choices):
            return choices(text) if text else None
        words = [value.value for value in choices]
        refuse(name, f"{', '.join(words[:-1])} or {words[-1]}")
        return None

    tab, by, show, scale = (
        choice("tab", Tab),
        choice("by", By),
        choice("show", Show),
        choice("scale", Scale),
    )
    sort = values.get("sort", "")
    if not re.fullmatch(r"(-?\w{1,40})?", sort, re.ASCII):
        refuse("sort", "a column of the open table, with a hyphen before it from the largest on")
        sort = ""
    return View(tab, by or By.GROUPS, show or Show.FREQUENCY, scale or Scale.LINEAR, sort), problems
