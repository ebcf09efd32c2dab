"""Copies of a place in everyone, by super-population."""

import polars as pl
import streamlit as st

from dashboard.charts.copy_number import copy_number_chart
from dashboard.components import markup, vega
from dashboard.components.download_menu import menu, section
from dashboard.components.run import Run
from dashboard.door.question import Question
from dashboard.store.carriers.copy_numbers import copy_numbers


def copies_of(question: Question) -> pl.DataFrame | None:
    """How many people have how many copies of a gene or site; None where nobody has other than the expected."""
    counts = copy_numbers(question.database, question.target, question.filters)
    return None if (counts["copy_number"] == counts["expected"]).all() else counts


def copies(run: Run, question: Question, counts: pl.DataFrame, above: str) -> None:
    """The picture of them; `above` is HTML that chooses what is shown."""
    files = menu(question.subject, question.filters, charts=("copy-number",))
    st.html(
        section("Copies by super-population", files)
        + above
        + markup.element(
            "p",
            "Copies by the calls there: the lowest number of a loss, the highest of a gain, that still meets the rule in "
            "force; who carries nothing is taken to have the expected copies, unless the caller could not see the place.",
            class_="cnv-counted",
        )
    )
    vega.draw(
        copy_number_chart(counts, run.palette),
        alt="Share of people by copy number, by super-population; frequencies, beside it, are the same people counted by rule.",
    )
