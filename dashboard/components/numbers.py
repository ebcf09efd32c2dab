"""What gene and region pages have in common: the answer in a sentence, the controls, the frequencies, the carriers."""

from dataclasses import replace

import polars as pl
import streamlit as st

from dashboard.components import frequency, markup, place
from dashboard.components.carriers import carrier_list
from dashboard.components.controls import controls
from dashboard.components.run import Run
from dashboard.filters import ANY
from dashboard.frequency_table import frequency_table
from dashboard.store.callability import callability
from dashboard.store.carriers import carrier_events, frequencies
from dashboard.store.cohort import group_codes, superpopulation_names
from dashboard.store.panel import people
from dashboard.subject import Subject
from dashboard.target import Target


def numbers(run: Run, subject: Subject, target: Target, title: str) -> None:
    """How often the place is lost and gained, in whom, by which rule, and who the carriers are; `title` is its name."""
    database, filters = run.database, run.filters
    seen = callability(database, target)
    counted = people(database, target.interval.chrom, filters)
    events = carrier_events(database, target, filters)

    lead = st.container()
    controls(subject, target, filters)
    place.counted_sentence(subject, target, filters, counted)
    with lead:
        if not seen.assessable:
            place.not_assessable(title, seen)
        elif not counted.counted:
            place.nobody_counted(target.interval.chrom, filters)
        else:
            table = frequency_table(frequencies(database, target, filters), filters, group_codes(database))
            anywhere = replace(filters, overlap=ANY)
            touched = frequency_table(frequencies(database, target, anywhere), anywhere, group_codes(database))
            lines = [
                frequency.headline(table, touched, events, direction, filters, target)
                for direction in filters.directions
            ]
            st.html(markup.element("div", markup.paragraphs(lines), class_="cnv-lead"))
            place.cautions(target, seen)
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
    carrier_list(events, subject, filters, assessable=seen.assessable)
