"""A gene: how often it is lost and gained, in whom, by which rule."""

from dataclasses import replace

import polars as pl
import streamlit as st

from dashboard import links
from dashboard.components import frequency, gene, markup, outcomes
from dashboard.components.carriers import carrier_list
from dashboard.components.controls import gene_controls
from dashboard.components.frame import NAME
from dashboard.components.run import Run, current
from dashboard.components.share import share
from dashboard.filters import ANY
from dashboard.frequency_table import frequency_table
from dashboard.store.callability import callability
from dashboard.store.carriers import carrier_events, frequencies, people
from dashboard.store.cohort import group_codes, superpopulation_names
from dashboard.store.genes import Gene, gene_target
from dashboard.store.lookup import Found, Nothing, Place, Several, Unplaced, look_up


def show(run: Run, found: Gene) -> None:
    """The page of one gene."""
    database, filters = run.database, run.filters
    st.set_page_config(page_title=f"{found.symbol} · {NAME}")
    target = gene_target(database, found)
    seen = callability(database, target)
    counted = people(database, target.interval.chrom, filters)
    events = carrier_events(database, target, filters)

    head, button = st.columns([6, 1], vertical_alignment="top")
    with head:
        gene.gene_head(found)
    with button.container(horizontal_alignment="right"):
        share(run.url, links.gene_page(run.values["gene"], filters))

    lead = st.container()
    gene_controls(run.values["gene"], filters)
    gene.counted_sentence(run.values["gene"], target, filters, counted)
    with lead:
        if not seen.assessable:
            gene.not_assessable(found, seen)
        elif not counted.counted:
            gene.nobody_counted(target.interval.chrom, filters)
        else:
            table = frequency_table(frequencies(database, target, filters), filters, group_codes(database))
            anywhere = replace(filters, overlap=ANY)
            touched = frequency_table(frequencies(database, target, anywhere), anywhere, group_codes(database))
            lines = [
                frequency.headline(table, touched, events, direction, filters, target)
                for direction in filters.directions
            ]
            st.html(markup.element("div", markup.paragraphs(lines), class_="cnv-lead"))
            gene.cautions(seen)
    if seen.assessable and counted.counted:
        for direction in filters.directions:
            if table.filter((pl.col("direction") == direction.value) & (pl.col("carriers") > 0)).height:
                frequency.block(
                    table,
                    direction,
                    filters,
                    run.palette,
                    superpopulation_names(database),
                    sexes=target.interval.chrom == "chrX",
                )
    carrier_list(events, run.values["gene"], filters, assessable=seen.assessable)


run = current()
asked = run.values.get("gene", "")
if not asked:
    outcomes.nothing_asked(run.database, run.filters)
else:
    match look_up(run.database, asked):
        case Found(found):
            show(run, found)
        case Several() as outcome:
            outcomes.several(outcome, run.filters)
        case Unplaced() as outcome:
            outcomes.unplaced(outcome)
        case Place() as outcome:
            outcomes.place(outcome, run.filters)
        case Nothing() as outcome:
            outcomes.nothing(outcome, run.filters)
