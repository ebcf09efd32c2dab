"""How many people the caller has to see a place in (rule R5): from which share a frequency is shown, and how it is told.

The same words and limits for pages, pictures and files, so that none of them calls a place well seen that another does not.
"""

from collections.abc import Iterable
from typing import Final

from dashboard import wording

LEAST_SEEN: Final = 0.5
"""Share of the place, and of the people counted, from which a frequency is shown."""
WELL_SEEN: Final = 0.95
"""Share of people up to which frequencies are told as lower bounds."""

NOT_ASSESSABLE: Final = "not assessable: the caller cannot see this place"
HARDLY_SEEN: Final = "not assessable: the caller saw this place in fewer than half of these people"
RELATIVES: Final = "relatives are counted too: the interval is too narrow"


def is_partly_seen(seen: float | None) -> bool:
    """Frequencies of people of whom this share was seen are lower bounds, and the bound of none is over those seen."""
    return seen is not None and LEAST_SEEN <= seen <= WELL_SEEN


def note(seen: float | None, *, blind: bool = False, relatives: bool = False) -> str:
    """What a row of a file says beside its numbers, or instead of them; empty where there is nothing to say.

    `seen`: share of its people in whom the place was seen; `blind`: no call can be made in most of the place;
    `relatives`: they are counted too.
    """
    if blind:
        return NOT_ASSESSABLE
    if seen is not None and seen < LEAST_SEEN:
        return HARDLY_SEEN
    words = [wording.partly_seen(seen)] if seen is not None and is_partly_seen(seen) else []
    return "; ".join([*words, *([RELATIVES] if relatives else [])])


def notes(seen: Iterable[float | None], *, blind: bool = False, relatives: bool = False) -> list[str]:
    """The same of many rows."""
    return [note(one, blind=blind, relatives=relatives) for one in seen]
