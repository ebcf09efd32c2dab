"""A gene: how often it is lost and gained, in whom, by which rule."""

import streamlit as st

from dashboard.components import outcomes
from dashboard.components.api_call import api_menu, question_calls
from dashboard.components.frame import notice
from dashboard.components.head import gene_head, readings
from dashboard.components.menu import page_head
from dashboard.components.numbers import numbers
from dashboard.components.run import Run, current
from dashboard.components.share import report_button, share_menu
from dashboard.components.sites import narrowing_notice
from dashboard.components.titles import title_of_question
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal
from dashboard.door.resolve import resolve
from dashboard.question.subject import Kind


def show(run: Run, question: Question, site_fault: Refusal | None) -> None:
    """The page of one gene."""
    assert question.gene
    st.set_page_config(page_title=title_of_question(question))
    page_head(
        gene_head(question.gene, question.filters),
        share_menu(run, question),
        report_button(),
        api_menu(run, question_calls(question)),
    )
    for line in readings(question):
        notice([line])
    narrowing_notice(question, site_fault)
    numbers(run, question)


run = current()
resolution = resolve(run.request, Kind.GENE)
if isinstance(resolution.outcome, Question):
    show(run, resolution.outcome, resolution.site)
else:
    outcomes.show(run, resolution)
