"""Relatives and inheritance in words (rule R11): plain text, as in `quantities`."""

from collections.abc import Mapping
from typing import Any, Final

from dashboard.words import quantities
from data_prep.domain.trios import Inheritance

CARRIES, BELOW, NOTHING, NOT_ASKED, NOT_KNOWN = "carries", "below-filter", "none", "not-asked", "not-known"
"""What a relative has of an event, as the store tells it."""
STATES: Final = {
    CARRIES: "carries it",
    BELOW: "below the filter",
    NOTHING: "no call",
    NOT_ASKED: "cannot give it",
    NOT_KNOWN: "not known",
}
"""What a parent has of an event of a child; for a child what it has of one of a parent, who cannot have given it."""
STATES_OF_A_CHILD: Final = {**STATES, NOT_ASKED: "cannot have it from here"}
STATES_HELP: Final = (
    "Carries it: credible events of the direction cover half of it or more. Below the filter: only with those that are not credible. "
    "No call: the file was read and has none. Not known: no file of this person was read."
)
ROLES: Final = {
    "father": ("father", "fathers"),
    "mother": ("mother", "mothers"),
    "child": ("child", "children"),
    "sibling": ("sibling", "siblings"),
    "half-sibling": ("half-sibling", "half-siblings"),
    "family": ("also of the family", "also of the family"),
}
KNOWN: Final = {
    "read": "",
    "not-read": "in the panel, no file was read: not known",
    "not-in-panel": "not in the panel: not known",
}
"""What is said behind a relative's name."""


def inherited(event: Mapping[str, Any]) -> str:
    """From whom an event of a child is, by its `father`, `mother`, `inheritance` and `inconsistent`; empty of somebody without parents."""
    father, mother, inheritance = event["father"], event["mother"], event["inheritance"]
    if father is None and mother is None:
        return ""
    match inheritance:
        case Inheritance.BOTH:
            words = "in both parents"
        case Inheritance.FATHER:
            words = "also in the father"
        case Inheritance.MOTHER:
            words = "also in the mother"
        case Inheritance.BELOW_FILTER:
            below = [role for role, state in (("father", father), ("mother", mother)) if state == BELOW]
            words = f"below the filter in the {quantities.joined(below, 'and')}"
        case Inheritance.NEITHER:
            words = "apparent de novo"
        case _:
            words = _not_known(father, mother)
    return f"{words}; copies do not agree" if event["inconsistent"] else words


def _not_known(father: str, mother: str) -> str:
    """Where somebody of whom it could be is not known, or nobody can be asked."""
    states = {"father": father, "mother": mother}
    has = [
        f"also in the {role}" if state == CARRIES else f"below the filter in the {role}"
        for role, state in states.items()
        if state in (CARRIES, BELOW)
    ]
    unknown = [role for role, state in states.items() if state == NOT_KNOWN]
    if not unknown:
        return "cannot be told"
    return "; ".join([*has, f"{quantities.joined(unknown, 'and')} not known"])
