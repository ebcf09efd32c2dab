"""How many people the caller has to see a place in (rule R5): from which share a frequency is shown, and how it is told.

The same words and limits for pages, pictures and files, so that none of them calls a place well seen that another does not.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from dashboard.words import quantities

LEAST_SEEN: Final = 0.5
"""Share of the place, and of the people counted, from which a frequency is shown."""
WELL_SEEN: Final = 0.95
"""Share of people up to which frequencies are told as lower bounds."""

NOT_ASSESSABLE: Final = "not assessable: the caller cannot see this place"
HARDLY_SEEN: Final = "not assessable: the caller saw this place in fewer than half of these people"
FEW_CALLS: Final = "calls are few here and their absence says nothing"
"""What has to be known of a place of copies (R5)."""
NAMES_SHOWN: Final = 4
"""Names of places of copies in a note: of a mask there may be hundreds in one region."""
RELATIVES: Final = "relatives are counted too: the interval is too narrow"


def is_partly_seen(seen: float | None) -> bool:
    """Frequencies of people of whom this share was seen are lower bounds, and the bound of none is over those seen."""
    return seen is not None and LEAST_SEEN <= seen <= WELL_SEEN


def paralogous_note(names: Sequence[str]) -> str:
    """Why carriers at a place of copies are no share of people, as a file says it; empty where there are no `names`."""
    if not names:
        return ""
    more = len(names) - NAMES_SHOWN
    names_shown = [name.rstrip(".") for name in names[:NAMES_SHOWN]]
    return f"paralogous: {'; '.join(names_shown)}" + (f"; and {quantities.count(more)} more" if more > 0 else "")


def note(seen: float | None, *, blind: bool = False, relatives: bool = False, no_share: str = "") -> str:
    """What a row of a file says beside its numbers, or instead of them; empty where there is nothing to say.

    `seen`: share of its people in whom the place was seen; `blind`: no call can be made in most of the place;
    `relatives`: they are counted too; `no_share`: why its carriers are no share of people, where they are none.
    """
    if blind:
        return NOT_ASSESSABLE
    if seen is not None and seen < LEAST_SEEN:
        return HARDLY_SEEN
    if no_share:
        return no_share
    words = [quantities.partly_seen_note(seen)] if seen is not None and is_partly_seen(seen) else []
    return "; ".join([*words, *([RELATIVES] if relatives else [])])


def notes(
    seen: Iterable[float | None], *, blind: bool = False, relatives: bool = False, no_share: str = ""
) -> list[str]:
    """The same of many rows."""
    return [note(share, blind=blind, relatives=relatives, no_share=no_share) for share in seen]
