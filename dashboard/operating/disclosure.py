"""How much this server tells, as one value that pages, downloads and the Beacon ask.

Every door says of each thing that it serves which `Detail` that is; whether it is served is decided here and nowhere else.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final


class Granularity(StrEnum):
    """How much an answer tells; each holds the one before it in this order."""

    BOOLEAN = "boolean"
    COUNT = "count"
    RECORD = "record"


ORDER: Final = tuple(Granularity)
LEAST_CELL: Final = 3
"""The least number of people that a told cell may be asked to have: at 2 a withheld cell could only be of one person."""


class Detail(Enum):
    """What something tells: its granularity, and what of people it holds."""

    DESCRIPTION = "what the data are, and what can be asked"
    EXISTENCE = "whether such a variant was seen"
    CELLS = "numbers of people by group, of which small ones can be withheld"
    EVERY_CELL = "numbers of people of which no single one can be withheld"
    SITES = "sites with numbers of people"
    INTERVALS = "the intervals of events, down to those of one person"
    PERSONS = "single people, their events and calls"

    @property
    def granularity(self) -> Granularity:
        """The granularity that a server has to have for it."""
        return _GRANULARITY[self]


_GRANULARITY: Final = {
    Detail.DESCRIPTION: Granularity.BOOLEAN,
    Detail.EXISTENCE: Granularity.BOOLEAN,
    Detail.CELLS: Granularity.COUNT,
    Detail.EVERY_CELL: Granularity.COUNT,
    Detail.SITES: Granularity.RECORD,
    Detail.INTERVALS: Granularity.RECORD,
    Detail.PERSONS: Granularity.RECORD,
}
_WITH_SMALL_CELLS: Final = (Detail.EVERY_CELL, Detail.INTERVALS, Detail.PERSONS)
_LIMITS: Final = {
    Granularity.BOOLEAN: "This server tells whether such a variant was seen, and no more",
    Granularity.COUNT: "This server tells numbers of people, and neither variants nor people one by one",
}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The most that this server tells."""

    granularity: Granularity = Granularity.RECORD
    smallest_cell: int = 0
    """Numbers of fewer people than this are withheld; 0 where none are."""
    case_level_data: bool = True
    """Whether single people are told of."""

    def tells(self, detail: Detail) -> bool:
        """Whether something of this detail is served."""
        return not self.reason(detail)

    def reason(self, detail: Detail) -> str:
        """Why something of this detail is not served, as a sentence; empty where it is."""
        if ORDER.index(self.granularity) < ORDER.index(detail.granularity):
            return f"{_LIMITS[self.granularity]}."
        if self.smallest_cell and detail in _WITH_SMALL_CELLS:
            return f"This server withholds numbers of fewer than {self.smallest_cell} people, which cannot be withheld here."
        if detail is Detail.PERSONS and not self.case_level_data:
            return "This server tells of no single person."
        return ""

    @property
    def limit(self) -> str:
        """What this server does not tell, as a sentence for a page; empty where it tells everything."""
        if self.granularity is not Granularity.RECORD:
            limits = _LIMITS[self.granularity]
        else:
            limits = "" if self.tells(Detail.PERSONS) else "This server tells of no single person"
        if self.smallest_cell and self.granularity is not Granularity.BOOLEAN:
            limits += f"{'; n' if limits else 'N'}umbers of fewer than {self.smallest_cell} people are withheld, and those that would give one away"
        return f"{limits}." if limits else ""

    def narrowed(self, word: str) -> "Disclosure":
        """The same at the granularity of a word, where that is less; a word that is none counts as the least."""
        granularity = Granularity(word) if word in set(Granularity) else Granularity.BOOLEAN
        least = min(granularity, self.granularity, key=ORDER.index)
        return Disclosure(least, self.smallest_cell, self.case_level_data)
