"""What gene and region pages have in common: the answer in a sentence, the controls, the frequencies, the carriers."""

import polars as pl
import streamlit as st

from dashboard import wording
from dashboard.charts.copy_number import copy_number_chart
from dashboard.components import frequency, markup, place
from dashboard.components.carriers import carrier_list
from dashboard.components.controls import controls
from dashboard.components.depends import depends
from dashboard.components.download_menu import menu
from dashboard.components.run import Run
from dashboard.components.sites import site_table
from dashboard.components.track import track
from dashboard.filters import ANY
from dashboard.frequency_table import frequency_table
from dashboard.store.callability import callability
from dashboard.store.carriers import by_rule, carrier_events, copy_numbers, frequencies, relatives
from dashboard.store.cohort import group_codes, group_names, population_names, release, superpopulation_names
from dashboard.store.panel import people
from dashboard.subject import Kind, Subject
from dashboard.target import Pieces, Target
from dashboard.track import window


def numbers(run: Run, subject: Subject, target: Target, title: str) -> None:
    """How often the place is lost and gained, in whom, by which rule, and who the carriers are; `title` is its name."""
    database, filters = run.database, run.filters
    seen = callability(database, target, filters)
    counted = people(database, target.interval.chrom, filters)
    events = carrier_events(database, target, filters)

    directions = [one for one in filters.directions if target.direction in (None, one)]

    lead = st.container()
    controls(subject, target, filters, group_names(database), tuple(database.callsets), release(database).callers)
    place.counted_sentence(database, subject, target, filters, counted)
    with lead:
        if not seen.assessable:
            place.not_assessable(title, seen)
        elif not counted.counted:
            place.nobody_counted(target.interval.chrom, filters)
        else:
            table = frequency_table(frequencies(database, target, filters), filters, group_codes(database))
            touched = {one.direction: one for one in by_rule(database, target, filters, [ANY])[ANY]}
            lines = [
                frequency.headline(table, touched[direction], events, direction, filters, target)
                for direction in directions
            ]
            st.html(markup.element("div", markup.paragraphs(lines), class_="cnv-lead"))
            place.cautions(target, seen)
    if seen.assessable and counted.counted:
        for direction in directions:
            if table.filter((pl.col("direction") == direction.value) & (pl.col("carriers") > 0)).height:
                frequency.block(
                    table,
                    direction,
                    filters,
                    run.palette,
                    superpopulation_names(database),
                    population_names(database),
                    sexes=target.interval.chrom == "chrX",
                )
                st.html(menu(subject, filters, "frequencies", charts=(f"frequency-{direction.value}",)))
        if target.kind is not Pieces.REGION:
            copies(run, subject, target)
        depends(run, subject, target)
        if target.site is None:
            site_table(run, subject, target.interval)
    if counted.counted and (seen.assessable or target.kind is Pieces.REGION):
        selectable = subject.kind is Kind.REGION
        track(run, window(target, filters), filters, target.interval, selectable=selectable)
        st.html(menu(subject, filters, charts=("track",)))
    kin = relatives(database, target, filters)
    carrier_list(events, kin, subject, filters, assessable=seen.assessable)


def along(run: Run, subject: Subject, target: Target) -> None:
    """A place too wide for a share of people: what lies along it base by base, and its sites (R7, R8)."""
    database, filters = run.database, run.filters
    controls(subject, target, filters, group_names(database), tuple(database.callsets), release(database).callers)
    place.counted_sentence(database, subject, target, filters, people(database, target.interval.chrom, filters))
    st.html(
        markup.element(
            "p",
            f"In {wording.length(target.interval.length)} nearly everyone has an event somewhere, so no share of people is "
            "given for the whole: the curve shows the share at each base, and each site has its own. Zoom in for carriers.",
            class_="cnv-counted",
        )
    )
    track(run, window(target, filters), filters, target.interval, selectable=True)
    st.html(menu(subject, filters, charts=("track",)))
    site_table(run, subject, target.interval)


def copies(run: Run, subject: Subject, target: Target) -> None:
    """Copies of the place in everyone, by super-population, where anyone has other than the expected."""
    counts = copy_numbers(run.database, target, run.filters)
    if (counts["copy_number"] == counts["expected"]).all():
        return
    st.html(markup.element("h2", "Copies by super-population", class_="cnv-section"))
    st.vega_lite_chart(
        copy_number_chart(counts, run.palette),
        alt="Share of people by copy number, by super-population; the tables above have the numbers.",
    )
    st.html(
        markup.element(
            "p",
            "The lowest copy number of a loss, the highest of a gain, under the rule and filters in force; "
            "who carries nothing is taken to have the expected copies, unless the caller could not see the place.",
            class_="cnv-counted",
        )
        + menu(subject, run.filters, charts=("copy-number",))
    )
