"""A gene: how often it is lost and gained, in whom, by which rule."""

import streamlit as st

from dashboard.components import gene, markup, outcomes
from dashboard.components.api_call import api_calls, question_calls
from dashboard.components.frame import NAME, notice
from dashboard.components.numbers import numbers
from dashboard.components.run import Run, current
from dashboard.components.share import share_popover
from dashboard.components.sites import narrowing_notice
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal
from dashboard.door.resolve import resolve
from dashboard.question.subject import Kind


def show(run: Run, question: Question, site_fault: Refusal | None) -> None:
    """The page of one gene."""
    assert question.gene
    st.set_page_config(page_title=f"{question.gene.symbol} · {NAME}")
    head, button = st.columns([5, 1], vertical_alignment="top")
    with head:
        gene.gene_head(question.gene)
        gene.browser_links(question.gene.interval, question.gene)
    if question.reading:
        notice([markup.text(question.reading)])
    narrowing_notice(question, site_fault)
    with button.container(horizontal=True, horizontal_alignment="right"):
        share_popover(run, question)
        api_calls(run, question_calls(question))
    numbers(run, question)


run = current()
resolution = resolve(run.request, Kind.GENE)
if isinstance(resolution.outcome, Question):
    show(run, resolution.outcome, resolution.site)
else:
    outcomes.show(run, resolution)
