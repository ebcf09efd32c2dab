"""A person: what somebody carries, how often that is in others, and what parents and children have of it."""

import streamlit as st

from dashboard.components import markup
from dashboard.components.api_call import api_menu, person_calls
from dashboard.components.controls import person_controls
from dashboard.components.family import family
from dashboard.components.frame import notice, refusal_lines
from dashboard.components.karyotype import karyotype
from dashboard.components.menu import page_head
from dashboard.components.person import marks_lines, nobody, person_head, person_lead, relatives_line, standing
from dashboard.components.person_tabs import person_tabs
from dashboard.components.run import Run, current
from dashboard.components.share import person_share, report_button
from dashboard.components.titles import title_of_person
from dashboard.door.person import PersonQuestion, resolve_person
from dashboard.door.refusal import RefusedError


def show(run: Run, question: PersonQuestion) -> None:
    """The page of one person."""
    person = question.person
    st.set_page_config(page_title=title_of_person(question))
    page_head(
        person_head(question) + relatives_line(question, run.filters),
        person_share(run, question),
        report_button(),
        api_menu(run, person_calls(question)),
    )
    if lines := marks_lines(question):
        notice(lines)
    st.html(person_lead(question))
    if not person.counted:
        return

    person_controls(question, run.filters)
    karyotype(run, question)
    standing(question)
    # beside the table whose events it draws
    family(run, question)
    person_tabs(run, question)


run = current()
try:
    resolution = resolve_person(run.request)
except RefusedError as error:
    st.html(markup.element("div", markup.element("h1", "Person"), class_="cnv-head"))
    notice(refusal_lines(error.refusal))
else:
    if resolution.problems:
        notice([markup.text(problem.sentence) for problem in resolution.problems])
    if isinstance(resolution.outcome, PersonQuestion):
        show(run, resolution.outcome)
    else:
        nobody(resolution.outcome, run.database, run.filters)
