"""The row of controls: a component of our own, whose controls show the address and write it (rule R13).

One message carries what there is to choose; what is chosen is read from the names and values of the address. A change writes the
address in the browser as a link does, which is one entry in its history, and the page is run anew by it: no control has a value of
its own that could differ from what is counted. `assets/controls.js` patches the controls where they stand, so that nothing that
is open or has the focus is lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from dashboard.components.programs import loading
from dashboard.components.url_state import values
from dashboard.settings import ASSETS

Control = Mapping[str, Any]
"""What `assets/controls.js` makes a control of: its name in the address, its kind, label and help, and what can be chosen."""

Option = tuple[str, str] | tuple[str, str, str]
"""A value of the address, empty for the default, its words, and the value of the group that it is listed under."""

MOST: Final = 999_999_999
"""The largest number that a field takes."""

_component = st.components.v2.component(
    "controls",
    css=(ASSETS / "controls.css").read_text(encoding="utf-8"),
    js=loading("controls"),
    # the page's own style sheet and the program that checks for accessibility have to reach into it
    isolate_styles=False,
)


def choice(name: str, label: str, options: Sequence[Option], help_text: str = "") -> Control:
    """One of a few, all of them in sight."""
    return {"kind": "choice", "name": name, "label": label, "options": options, "help": help_text}


def select(name: str, label: str, options: Sequence[Option], help_text: str = "") -> Control:
    """One of a list."""
    return {"kind": "select", "name": name, "label": label, "options": options, "help": help_text}


def several(
    name: str, label: str, options: Sequence[Option], nothing: str, help_text: str = "", *, find: bool = False
) -> Control:
    """Any of a list, behind a button; `nothing` is read on it where none is chosen, `find` narrows a long list."""
    return {
        "kind": "list",
        "name": name,
        "label": label,
        "options": options,
        "placeholder": nothing,
        "help": help_text,
        "find": find,
    }


def switch(name: str, label: str, on: str, help_text: str = "") -> Control:
    """On, which is the value `on` of the address, or off."""
    return {"kind": "switch", "name": name, "label": label, "on": on, "help": help_text}


def number(
    name: str,
    label: str,
    help_text: str = "",
    *,
    whole: bool = True,
    least: float = 0,
    most: float = MOST,
    default: str = "",
) -> Control:
    """A number from `least` to `most`, both included; an empty field is `default`, as the address writes it, or no limit."""
    return {
        "kind": "number",
        "name": name,
        "label": label,
        "help": help_text,
        "whole": whole,
        "least": least,
        "most": most,
        "default": default,
        "placeholder": "any",
    }


def words(name: str, label: str, nothing: str, help_text: str = "") -> Control:
    """Words; `nothing` is read in the field where there are none."""
    return {"kind": "text", "name": name, "label": label, "placeholder": nothing, "help": help_text}


def draw_controls(
    row: Sequence[Control], more: Sequence[Control], query: Mapping[str, str], names: Sequence[str]
) -> None:
    """Draws the row, and behind a button `more`.

    `query` has the names and values of the page's address, defaults left out; `names` are all that it can have, in the order in which
    one is written: what is looked at, then filters.
    """
    given = values()
    _component(
        key="controls",
        data={
            "row": row,
            "more": more,
            "query": dict(query),
            "names": list(names),
            "seen": {name: given[name] for name in names if name in given},
        },
    )
