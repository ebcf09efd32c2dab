"""A region: what is lost and gained in it, how often, in whom."""

import streamlit as st

from dashboard.components import outcomes
from dashboard.components.api_call import api_menu, question_calls
from dashboard.components.frame import notice
from dashboard.components.head import readings, region_head
from dashboard.components.lead import is_without_share
from dashboard.components.menu import page_head
from dashboard.components.numbers import along, numbers
from dashboard.components.run import Run, current
from dashboard.components.share import report_button, share_menu
from dashboard.components.sites import narrowing_notice
from dashboard.components.titles import title_of_question
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal
from dashboard.door.resolve import resolve
from dashboard.question.subject import Kind


def show(run: Run, question: Question, site_fault: Refusal | None) -> None:
    """The page of one region."""
    assert question.region
    st.set_page_config(page_title=title_of_question(question))
    page_head(
        region_head(question), share_menu(run, question), report_button(), api_menu(run, question_calls(question))
    )
    for line in readings(question):
        notice([line])
    narrowing_notice(question, site_fault)
    if is_without_share(question):
        along(run, question)
    else:
        numbers(run, question)


run = current()
resolution = resolve(run.request, Kind.REGION)
if isinstance(resolution.outcome, Question):
    show(run, resolution.outcome, resolution.site)
else:
    outcomes.show(run, resolution)
