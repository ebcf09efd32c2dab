"""A region: what is lost and gained in it, how often, in whom."""

import streamlit as st

from dashboard.components import gene, markup, outcomes
from dashboard.components.frame import NAME, notice
from dashboard.components.numbers import along, numbers
from dashboard.components.run import Run, current
from dashboard.components.share import share
from dashboard.components.sites import narrowed
from dashboard.components.window import window_links
from dashboard.door.lookup import Nothing, Place, Several, Unplaced, look_up_region
from dashboard.question.subject import Kind, Subject
from dashboard.question.target import region_target
from dashboard.words import wording


def show(run: Run, found: Place) -> None:
    """The page of one region."""
    st.set_page_config(page_title=f"{found.text} · {NAME}")
    subject = Subject(Kind.REGION, found.name)
    head, button = st.columns([6, 1], vertical_alignment="top")
    with head:
        facts = [str(found.interval), wording.length(found.interval.length), "GRCh38"]
        st.html(
            markup.element("div", markup.element("h1", markup.text(found.text)), class_="cnv-head")
            + markup.element(
                "div", "".join(markup.element("span", markup.text(fact)) for fact in facts), class_="cnv-facts"
            )
        )
        window_links(found.interval, run.filters)
        gene.elsewhere(found.interval)
    if found.bed:
        notice(
            [f"Read as BED fields, which count from 0: {markup.text(found.interval)} as a genome browser writes it."]
        )
    subject, target = narrowed(run, subject, region_target(found.interval))
    with button.container(horizontal_alignment="right"):
        share(run, subject)
    if not target.has_share(target.rule_in_force(run.filters.overlap)):
        along(run, subject, target)
    else:
        numbers(run, subject, target, found.text)
    outcomes.genes_there(found, run.filters)


run = current()
asked = run.values.get(Kind.REGION, "")
if not asked:
    outcomes.no_region_asked(run.filters)
else:
    match look_up_region(run.database, asked):
        case Place() as found:
            show(run, found)
        case Several() as outcome:
            outcomes.several(outcome, run.filters)
        case Unplaced() as outcome:
            outcomes.unplaced(outcome)
        case Nothing() as outcome:
            outcomes.nothing(outcome, run.filters)
