"""Every page once: its path, its words, its script and what it takes.

The bar, links, the list of pages of `app.py`, the paths that the server knows, the answer where nothing is, tests and
screenshots read this list. A new page is one entry here and one script in `views/`. Nothing of ours is imported, so that
the makers of addresses can read it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Group(Enum):
    """What pages of a kind have in common; the bar shows the groups in this order."""

    LOOK_UP = "Look up"
    BROWSE = "Browse"
    ABOUT = "About"


@dataclass(frozen=True, slots=True)
class Page:
    """A page."""

    path: str
    """Where it is: `/gene`. The page at `/` is the one that opens first."""
    label: str
    """Its name in the bar, and in the title of a window that shows nothing more particular."""
    group: Group
    script: str
    """The script that shows it, relative to `dashboard/`."""
    words: str = ""
    """What it is, where pages are listed; its label where that says enough."""
    subject: str = ""
    """Name of the parameter that says what is shown. Links to the page keep its value; empty for a page without one."""
    takes: tuple[str, ...] = ()
    """Names of the other parameters that it uses, beside the filters, which every page takes."""
    needs_database: bool = True
    """Whether it shows nothing without a database. Without one, such a page answers 503."""
    in_bar: bool = True
    """Whether the bar leads there. A page that shows nothing until something is named, and is reached from what names it, has no
    place there."""
    example: Mapping[str, str] | None = None
    """What an address asks of it, for a picture of it."""

    @property
    def description(self) -> str:
        """What it is, in a few words."""
        return self.words or self.label


START: Final = "/"
PERSON: Final = "/sample"
"""The page of one person."""
SITES: Final = "/sites"
"""The catalogue of sites."""
GENES: Final = "/genes"
"""The page of several genes."""
DATA: Final = "/data"
"""The page that says what a program can ask for."""

PAGES: Final[list[Page]] = [
    Page(START, "Cohort", Group.BROWSE, "views/start.py", takes=("versus",)),
    Page(
        "/gene",
        "Gene",
        Group.LOOK_UP,
        "views/gene.py",
        subject="gene",
        takes=("site",),
        example={"gene": "GSTM1"},
    ),
    Page(
        "/region",
        "Region",
        Group.LOOK_UP,
        "views/region.py",
        subject="region",
        takes=("site",),
        example={"region": "chr1:109600000-109800000"},
    ),
    Page(
        SITES,
        "Sites",
        Group.BROWSE,
        "views/sites.py",
        words="The catalogue of sites",
        takes=(
            "region",
            *("min_carriers", "min_frequency", "max_frequency", "genes", "min_fst", "min_vst", "max_q"),
            *("few_bins", "multi_allelic", "problem", "min_trios", "min_transmission", "max_transmission"),
        ),
        example={"min_trios": "10"},
    ),
    Page(
        "/site",
        "Site",
        Group.BROWSE,
        "views/site.py",
        words="One site: who carries it, how its events lie, how it is inherited",
        subject="site",
        in_bar=False,
        example={"site": "chr1-109687570-109697444-loss"},
    ),
    Page(
        GENES,
        "Genes",
        Group.LOOK_UP,
        "views/genes.py",
        words="Several genes, one row each",
        takes=("gene",),
        in_bar=False,
        example={"gene": "GSTM1,ADAM3A,APOBEC3B"},
    ),
    Page(
        PERSON,
        "Person",
        Group.BROWSE,
        "views/sample.py",
        words="One person: events with their frequencies, and what parents and children have of them",
        subject="sample",
        takes=("event",),
        in_bar=False,
        example={"sample": "SIM00018"},
    ),
    Page(
        DATA,
        "Data",
        Group.ABOUT,
        "views/data.py",
        words="Data, definitions and what a program can ask for",
    ),
]
"""The pages, in the order of the bar within their groups."""


def in_order() -> list[Page]:
    """The pages, group by group."""
    return [page for group in Group for page in PAGES if page.group is group]


def in_bar() -> list[Page]:
    """The pages that the bar leads to, group by group."""
    return [page for page in in_order() if page.in_bar]


def page_at(path: str) -> Page:
    """The page at a path; KeyError where there is none."""
    return {page.path: page for page in PAGES}[path]


def page_of(subject: str) -> Page:
    """The page that shows what this parameter names; KeyError where there is none."""
    return {page.subject: page for page in PAGES if page.subject}[subject]


def paths() -> list[str]:
    """The paths of all pages."""
    return [page.path for page in PAGES]


def parameters(page: Page) -> tuple[str, ...]:
    """Names that the address of a page may bear beside those of the filters.

    A page of the bar without a subject takes those of every page with one: it keeps what the address names for the pages that its bar
    leads to.
    """
    if page.subject or not page.in_bar:
        return tuple(name for name in (page.subject, *page.takes) if name)
    return tuple(
        dict.fromkeys(
            [*page.takes, *(name for other in PAGES if other.subject for name in (other.subject, *other.takes))]
        )
    )
