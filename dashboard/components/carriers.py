"""The list of carriers: one row an event, every column sortable, with badges for events that need care."""

from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard.components import markup
from dashboard.components.download_menu import menu
from dashboard.components.frequency import PLURALS
from dashboard.components.sites import SITE_IN_ADDRESS, addresses
from dashboard.formats.columns import one_based
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.question.subject import Subject
from dashboard.question.target import Target
from dashboard.words import overlap_rules, region_kinds, wording
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.levels import SOLID_BINS

_COLUMNS: Final = (
    "sample",
    "superpopulation",
    "population",
    "sex",
    "class",
    "copy_number",
    "expected_copy_number",
    "event_copy_number",
    "chrom",
    "start",
    "end",
    "length",
    "overlap",
    "quality",
    "bins",
    "badges",
    "problem",
    "filters",
    "copy_ratio",
    "site",
    "relatives",
)


def carrier_list(
    events: pl.DataFrame,
    kin: pl.DataFrame,
    subject: Subject,
    target: Target,
    filters: Filters,
    switch: str,
    *,
    assessable: bool,
    paralogous: bool,
) -> None:
    """The events that make carriers, as the store names their columns, with the link to the same rows as CSV.

    `kin` names the parents and children of carriers who carry too; `switch` is HTML that leads to another rule.

    Where the place is not assessable they are calls that were made there, and nothing more; where it is `paralogous`, those
    that are missing say nothing.
    """
    title = "Carriers" if assessable and not paralogous else "Called here"
    if events.is_empty():
        words = "A wider filter or another overlap rule may show some."
        if paralogous:
            words = f"{FEW_CALLS[0].upper()}{FEW_CALLS[1:]}. {words}"
        st.html(
            markup.element("h2", f"{title}: {'no call' if paralogous else 'none'}", class_="cnv-section")
            + markup.element("p", words, class_="cnv-counted")
        )
        return
    by_direction = [
        f"{wording.count(events.filter(pl.col('direction') == direction)['sample'].n_unique())} with {plural}"
        for direction, plural in PLURALS.items()
        if direction in filters.directions
    ]
    under = markup.element(
        "span", markup.text(overlap_rules.rule(target.rule_in_force(filters.overlap), target.kind)), class_="cnv-name"
    )
    heading = f"{title}: {wording.joined(by_direction, 'and')} "
    st.html(markup.element("h2", markup.text(heading) + under, class_="cnv-section") + switch)
    st.dataframe(
        with_badges(one_based(events))
        .join(kin, on=["sample", "direction"], how="left", maintain_order="left")
        .with_columns(pl.col("relatives").fill_null(""))
        .select(_COLUMNS)
        .with_columns(
            pl.col("class").str.replace_all("-", " "),
            problem_in_words(events["problem"]),
            pl.col("site").replace_strict(addresses(events["site"], subject, filters), return_dtype=pl.String),
        )
        # a frame goes to the browser by way of pandas, which takes ten times as long
        .to_arrow(),
        column_config=_configuration(subject.kind.value),
        hide_index=True,
        height=420 if events.height > 10 else "auto",
        placeholder="",
        alt=f"The {events.height} events that make carriers; the CSV has the same rows.",
    )
    rows = "row" if events.height == 1 else "rows"
    st.html(
        markup.element(
            "p",
            f"One row an event, {wording.count(events.height)} {rows}; class and copies are the carrier's at the place, under "
            f"the overlap rule. Positions are 1-based and inclusive, {ASSEMBLY.name}. "
            + markup.file_link("Carriers as CSV", links.download("carriers", "csv", subject, filters)),
            class_="cnv-links",
        )
        + menu(subject, filters, "carriers", "calls")
    )


def problem_in_words(kinds: pl.Series) -> pl.Series:
    """The kinds of problem region of each row as pages write them."""
    words = {kinds_: region_kinds.kinds_of_problem(kinds_) for kinds_ in kinds.drop_nulls().unique()}
    return kinds.replace_strict(words, default=None, return_dtype=pl.String)


def with_badges(events: pl.DataFrame) -> pl.DataFrame:
    """Adds `badges`: why an event needs care (R2, R4)."""
    bins = pl.col("bins")
    badges = (
        pl.when(bins == 1).then(pl.lit("1 bin")),
        pl.when(bins == SOLID_BINS - 1).then(pl.lit("2 bins")),
        # whoever is marked on a chromosome is left out there; what is this large and counted is constitutional (R11)
        pl.when(pl.col("large")).then(pl.lit("large")),
        pl.when(pl.col("filters") == ".").then(pl.lit("no filter applied")),
        pl.when(pl.col("par_border")).then(pl.lit("across a PAR border")),
    )
    return events.with_columns(badges=pl.concat_list(badges).list.drop_nulls())


def _configuration(noun: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "sample": column.TextColumn("Sample", pinned=True),
        "superpopulation": column.TextColumn("Group", help="Super-population"),
        "population": column.TextColumn("Population"),
        "sex": column.TextColumn("Sex"),
        "class": column.TextColumn("Class", help=f"Of the carrier's copies of the {noun}, under the overlap rule"),
        "copy_number": column.NumberColumn(
            "Copies", help=f"Of the {noun}, by the calls that lie there, under the overlap rule", format="%d"
        ),
        "event_copy_number": column.NumberColumn(
            "Event's copies", help="Copy number of the event as a whole: of its call with most bins", format="%d"
        ),
        "expected_copy_number": column.NumberColumn(
            "Expected", help="Copies expected there in this person", format="%d"
        ),
        "chrom": column.TextColumn("Chr"),
        "start": column.NumberColumn("Start", format="localized"),
        "end": column.NumberColumn("End", format="localized"),
        "length": column.NumberColumn("Length, bp", format="localized"),
        "overlap": column.NumberColumn(
            f"Of the {noun}", help=f"Share of the {noun} that the event covers", format="percent"
        ),
        "quality": column.NumberColumn("QUAL", format="%.0f"),
        "bins": column.NumberColumn("Bins", help="Read-depth bins; one or two are the least certain", format="%d"),
        "copy_ratio": column.NumberColumn("Copy ratio", help="1 is the expected copy number", format="%.2f"),
        "filters": column.TextColumn("Filter"),
        "site": column.LinkColumn(
            "Site", help="Variant that the event belongs to; narrows the page to it", display_text=SITE_IN_ADDRESS
        ),
        "badges": column.ListColumn("Care"),
        "problem": column.TextColumn(
            "Problem regions", help="Every kind that covers half of the event or more: calls need care there"
        ),
        "relatives": column.TextColumn(
            "Relatives who carry it too", help="Parents and children in the panel of trios, whatever the cohort chosen"
        ),
    }
