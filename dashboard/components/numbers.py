"""What gene and region pages have in common: the answer in a sentence, the controls, the frequencies, the carriers."""

import streamlit as st

from dashboard.charts.copy_number import copy_number_chart
from dashboard.components import frequency, markup, place
from dashboard.components.bounded import bounded
from dashboard.components.carriers import carrier_list
from dashboard.components.controls import controls
from dashboard.components.depends import depends
from dashboard.components.download_menu import menu
from dashboard.components.lead import directions_told, lead
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.components.sites import site_table
from dashboard.components.track import track
from dashboard.counting.along import window
from dashboard.door.question import Question
from dashboard.question.filters import CODING
from dashboard.question.subject import Kind
from dashboard.question.target import Pieces
from dashboard.store.callability import callability, no_share
from dashboard.store.carriers.copy_numbers import copy_numbers
from dashboard.store.carriers.counts import by_rule
from dashboard.store.carriers.listing import carrier_events, relatives
from dashboard.store.cohort import group_names, release
from dashboard.store.panel import count_people
from dashboard.words import wording
from data_prep.domain.copy_number import Direction


def numbers(run: Run, question: Question) -> None:
    """How often the place is lost and gained, in whom, by which rule, and who the carriers are."""
    if not shows(Section.EXTENT):
        bounded(run, question)
        target, filters = question.target, question.filters
        seen = callability(question.database, target, filters)
        has_copies = seen.assessable and target.kind is not Pieces.REGION and not no_share(target, filters, seen)
        if shows(Section.COPIES) and has_copies:
            copies(run, question)
        return
    database, subject, target, filters = question.database, question.subject, question.target, question.filters
    seen = callability(database, target, filters)
    shares = not no_share(target, filters, seen)
    counted = count_people(database, target.interval.chrom, filters)
    events = carrier_events(database, target, filters)

    directions = directions_told(question)

    answer = lead(question)
    st.html(answer.html)
    st.html(answer.counted)
    controls(question, group_names(database), release(database).callers)
    parts, table = answer.parts, answer.table
    if seen.assessable and counted.counted:
        for direction in directions:
            # that nobody carries is an answer, with its bound, but for a place where calls are few
            if shares or any(row["direction"] == direction.value and row["carriers"] for row in table):
                frequency.block(run, question, parts, direction, shares=shares, switch=place.rule_switch(question))
        if target.kind is not Pieces.REGION and shares:
            copies(run, question)
        depends(run, question)
        if target.site is None:
            site_table(run, subject, target.interval, seen.paralogous)
    if counted.counted and (seen.assessable or target.kind is Pieces.REGION):
        selectable = subject.kind is Kind.REGION
        note = _of_uncertain_ends(question) if seen.assessable and shares else ""
        track(
            run, window(target, filters), filters, target.interval, note,
            selectable=selectable, silent=seen.is_paralogous,
        )  # fmt: skip
        st.html(menu(subject, filters, charts=("track",)))
    if not shows(Section.CARRIERS):
        return
    kin = relatives(database, target, filters)
    switch = place.rule_switch(question)
    carrier_list(
        events, kin, subject, target, filters, switch, assessable=seen.assessable, paralogous=seen.is_paralogous
    )


def along(run: Run, question: Question) -> None:
    """A place too wide for a share of people with any event in it: how much of it is taken, what lies along it base by base,
    and its sites (R7, R8)."""
    if not shows(Section.EXTENT):
        bounded(run, question)
        return
    database, subject, target, filters = question.database, question.subject, question.target, question.filters
    seen = callability(database, target, filters)
    counted = count_people(database, target.interval.chrom, filters)
    answer = lead(question)
    st.html(answer.html)
    st.html(answer.counted)
    controls(question, group_names(database), release(database).callers)
    st.html(
        place.rule_switch(question)
        + markup.element(
            "p",
            "The curve shows the share of people at each base, and each site has its own; the files below have the carriers.",
            class_="cnv-counted",
        )
    )
    if counted.counted:
        track(
            run, window(target, filters), filters, target.interval,
            selectable=True, silent=seen.is_paralogous,
        )  # fmt: skip
    st.html(menu(subject, filters, "frequencies", "carriers", "calls", charts=("track",)))
    site_table(run, subject, target.interval, seen.paralogous)


def _of_uncertain_ends(question: Question) -> str:
    """Why the curve over an exon may stand higher than the number of people in the headline (R7, R8)."""
    target, filters = question.target, question.filters
    if target.rule_in_force(filters.overlap) != CODING or Direction.LOSS not in filters.directions:
        return ""
    counts = by_rule(question.database, target, filters, target.rules_beside(filters.overlap))
    beside = {rule: count for rule, several in counts.items() for count in several if count.direction is Direction.LOSS}
    number = frequency.in_between(beside, Direction.LOSS, filters, target)
    if not number:
        return ""
    bases = "coding sequence" if target.kind is Pieces.CODING else "an exon"
    return (
        f"Over {bases} the curve of losses stands higher than the headline: {wording.people(number)} have no more than the pale "
        f"end of a loss there, and a loss counts for the gene only by what is left of it when both its ends are drawn in."
    )


def copies(run: Run, question: Question) -> None:
    """Copies of the place in everyone, by super-population, where anyone has other than the expected."""
    counts = copy_numbers(question.database, question.target, question.filters)
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
            "Copies by the calls there: the lowest number of a loss, the highest of a gain, that still meets the rule in "
            "force; who carries nothing is taken to have the expected copies, unless the caller could not see the place.",
            class_="cnv-counted",
        )
        + menu(question.subject, question.filters, charts=("copy-number",))
    )
