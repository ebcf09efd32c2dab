"""A gene: how often it is lost and gained, in whom, by which rule."""

import streamlit as st

from dashboard.components import gene, outcomes
from dashboard.components.frame import NAME
from dashboard.components.numbers import numbers
from dashboard.components.run import Run, current
from dashboard.components.share import share
from dashboard.components.sites import narrowed
from dashboard.door.lookup import Found, Nothing, Place, Several, Unplaced, look_up
from dashboard.question.subject import Kind, Subject
from dashboard.store.genes import Gene, gene_target


def show(run: Run, found: Gene, subject: Subject) -> None:
    """The page of one gene."""
    st.set_page_config(page_title=f"{found.symbol} · {NAME}")
    head, button = st.columns([6, 1], vertical_alignment="top")
    with head:
        gene.gene_head(found)
        gene.elsewhere(found.interval, found)
    subject, target = narrowed(run, subject, gene_target(run.database, found))
    with button.container(horizontal_alignment="right"):
        share(run, subject)
    numbers(run, subject, target, found.symbol)


run = current()
asked = run.values.get(Kind.GENE, "")
if not asked:
    outcomes.no_gene_asked(run.database, run.filters)
else:
    match look_up(run.database, asked):
        case Found(found):
            show(run, found, Subject(Kind.GENE, asked))
        case Several() as outcome:
            outcomes.several(outcome, run.filters)
        case Unplaced() as outcome:
            outcomes.unplaced(outcome)
        case Place() as outcome:
            outcomes.place(outcome, run.filters)
        case Nothing() as outcome:
            outcomes.nothing(outcome, run.filters)
