"""The address bar is the state; widgets only show it (rule R13).

Before a widget is drawn its value is set from the address, and its change writes the address once, which makes one
entry in the browser's history. So Back, Forward, a shared link and a reload all come to the same page.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from dashboard.question import query, view

Value = TypeVar("Value")


def values() -> dict[str, str]:
    """Names and values of the address, a repeated name comma-joined."""
    return query.values((name, value) for name in st.query_params for value in st.query_params.get_all(name))


def show(key: str, value: Value) -> str:
    """Makes the widget with this key show `value`; returns the key."""
    st.session_state[key] = value
    return key


def write_address(key: str, address: Callable[[Value], Mapping[str, str]]) -> None:
    """A widget's `on_change`: writes the address that `address` makes of its new value, in one step; how it is shown stays."""
    shown = {name: st.query_params[name] for name in view.NAMES if name in st.query_params}
    st.query_params.from_dict({**address(st.session_state[key]), **shown})
