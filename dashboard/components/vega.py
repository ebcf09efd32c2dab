"""Charts on a page: Streamlit's element, given its frames in the form that it sends."""

from typing import Any

import polars as pl
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def draw(spec: dict[str, Any], alt: str, box: DeltaGenerator | None = None, **options: Any) -> None:
    """Draws a Vega-Lite specification of `dashboard.charts` with its frames in `datasets`; `alt` says in words what it shows. In `box`, or where
    the page has come to.

    Streamlit would turn whole frames to Arrow, for which Polars wakes its threads: column by column takes half the time.
    """
    tables = {name: _to_arrow(frame) for name, frame in spec.get("datasets", {}).items()}
    spec = _without_raw_tooltips(spec)
    (st if box is None else box).vega_lite_chart({**spec, "datasets": tables}, alt=alt, **options)


def _to_arrow(frame: Any) -> Any:
    if not isinstance(frame, pl.DataFrame):
        return frame
    # the types that the browser's reader knows
    columns = [column.to_arrow(compat_level=pl.CompatLevel.oldest()) for column in frame.get_columns()]
    return pa.Table.from_arrays(columns, names=frame.columns)


def _without_raw_tooltips(part: dict[str, Any], *, has_tooltip: bool = False) -> dict[str, Any]:
    """The same with no tooltip at marks that name none: Streamlit would show every field that such a mark is drawn by."""
    has_tooltip = has_tooltip or "tooltip" in part.get("encoding", {})
    silent = dict(part)
    if "mark" in part and not has_tooltip:
        mark = part["mark"] if isinstance(part["mark"], dict) else {"type": part["mark"]}
        silent["mark"] = {"tooltip": None, **mark}
    for name in ("layer", "vconcat", "hconcat", "concat"):
        if name in part:
            silent[name] = [_without_raw_tooltips(inner, has_tooltip=has_tooltip) for inner in part[name]]
    return silent
