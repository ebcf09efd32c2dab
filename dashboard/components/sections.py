"""The sections of pages, each with what it tells: a page shows those that this server tells."""

from enum import Enum
from typing import Final

from dashboard import settings
from dashboard.operating.disclosure import Detail


class Section(Enum):
    """A section of a page."""

    ANSWER = "whether losses and gains were seen there, in words"
    NUMBERS = "frequencies of every group, with the controls"
    GENES = "carriers of losses and gains in each of several genes"
    DEPENDENCE = "carriers under every rule, at every level, in every cohort"
    COPIES = "copies of the place by super-population"
    EXTENT = "how much of a region is taken, and the largest event in it"
    SITES = "the sites of a place"
    SPREAD = "how far the ends of the events of a site lie apart"
    DIFFERENCES = "alleles of a site, and how much populations differ at it"
    TRIOS = "what trios say of a site, and of the callset"
    TRACK = "what was called along the genome"
    CARRIERS = "the events that make carriers, with their people"
    SIZES = "how many calls and events there are in all"
    OVERVIEW = "the cohort along the genome, its rankings, spectrum and differences"
    FILES = "what became of each file, with names of people and files"
    PERSON = "one person: events, relatives, and how they were inherited"
    MARKS = "people with large events, by chromosome"
    DATABASE = "the database file, and rows of its tables"


TELLS: Final = {
    Section.ANSWER: Detail.EXISTENCE,
    Section.NUMBERS: Detail.CELLS,
    Section.GENES: Detail.CELLS,
    Section.DEPENDENCE: Detail.EVERY_CELL,
    Section.COPIES: Detail.EVERY_CELL,
    Section.EXTENT: Detail.INTERVALS,
    Section.SITES: Detail.SITES,
    Section.SPREAD: Detail.INTERVALS,
    Section.DIFFERENCES: Detail.EVERY_CELL,
    Section.TRIOS: Detail.EVERY_CELL,
    Section.TRACK: Detail.INTERVALS,
    Section.CARRIERS: Detail.PERSONS,
    Section.SIZES: Detail.CELLS,
    Section.OVERVIEW: Detail.EVERY_CELL,
    Section.FILES: Detail.PERSONS,
    Section.PERSON: Detail.PERSONS,
    Section.MARKS: Detail.EVERY_CELL,
    Section.DATABASE: Detail.PERSONS,
}
"""What each section tells."""


def shows(section: Section) -> bool:
    """Whether this server shows a section."""
    return settings.disclosure().tells(TELLS[section])
