"""One site: who carries it, how its events lie, how populations differ at it, and how it is inherited."""

import streamlit as st

from dashboard.components import outcomes
from dashboard.components.api_call import api_menu, question_calls
from dashboard.components.head import site_head
from dashboard.components.menu import page_head
from dashboard.components.numbers import numbers
from dashboard.components.run import Run, current
from dashboard.components.share import report_button, share_menu
from dashboard.components.site_page import own_sections
from dashboard.components.titles import title_of_question
from dashboard.door.question import Question
from dashboard.door.resolve import resolve
from dashboard.question.subject import Kind


def show(run: Run, question: Question) -> None:
    """The page of one site."""
    st.set_page_config(page_title=title_of_question(question))
    page_head(site_head(question), share_menu(run, question), report_button(), api_menu(run, question_calls(question)))
    numbers(run, question, lambda: own_sections(run, question))


run = current()
resolution = resolve(run.request, Kind.SITE)
if isinstance(resolution.outcome, Question):
    show(run, resolution.outcome)
else:
    outcomes.show(run, resolution)
