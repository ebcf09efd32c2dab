"""A region: what is lost and gained in it, how often, in whom."""

import streamlit as st

from dashboard.components import gene, markup, outcomes
from dashboard.components.api_call import api_calls, question_calls
from dashboard.components.frame import NAME, notice
from dashboard.components.numbers import along, numbers
from dashboard.components.run import Run, current
from dashboard.components.share import share_popover
from dashboard.components.sites import narrowing_notice
from dashboard.components.window import window_links
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal
from dashboard.door.resolve import resolve
from dashboard.question.subject import Kind
from dashboard.words import wording
from data_prep.domain.assembly import ASSEMBLY


def show(run: Run, question: Question, site_fault: Refusal | None) -> None:
    """The page of one region."""
    assert question.region
    region, target = question.region, question.target
    st.set_page_config(page_title=f"{region.text} · {NAME}")
    head, button = st.columns([5, 1], vertical_alignment="top")
    with head:
        facts = [str(region.interval), wording.length(region.interval.length), ASSEMBLY.name]
        st.html(
            markup.element("div", markup.element("h1", markup.text(region.text)), class_="cnv-head")
            + markup.element(
                "div", "".join(markup.element("span", markup.text(fact)) for fact in facts), class_="cnv-facts"
            )
        )
        window_links(region.interval, run.filters)
        gene.browser_links(region.interval)
    if region.bed:
        notice(
            [f"Read as BED fields, which count from 0: {markup.text(region.interval)} as a genome browser writes it."]
        )
    if question.reading:
        notice([markup.text(question.reading)])
    narrowing_notice(question, site_fault)
    with button.container(horizontal=True, horizontal_alignment="right"):
        share_popover(run, question)
        api_calls(run, question_calls(question))
    if not target.has_share(target.rule_in_force(run.filters.overlap)):
        along(run, question)
    else:
        numbers(run, question)


run = current()
resolution = resolve(run.request, Kind.REGION)
if isinstance(resolution.outcome, Question):
    show(run, resolution.outcome, resolution.site)
else:
    outcomes.show(run, resolution)
