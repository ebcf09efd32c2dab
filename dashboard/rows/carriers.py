"""The events that make carriers, one a row."""

from typing import Any, Final

import polars as pl

from dashboard.door.question import Question
from dashboard.door.refusal import RefusedError, refusal
from dashboard.question.subject import Kind as SubjectKind
from dashboard.question.target import WIDEST
from dashboard.rows.cells import person_cell, relatives_cell, site_cell
from dashboard.rows.frames import FrameRows, without_empty_columns
from dashboard.rows.table import NOTHING, Cell, Column, Kind, Row, Sort, number, text
from dashboard.store.carriers.listing import carrier_events, relatives
from dashboard.store.database import Generation, Size
from dashboard.store.sites import FEW_ROWS
from dashboard.words import quantities, region_kinds
from data_prep.domain.levels import SOLID_BINS

LARGEST_FIRST: Final = Sort("length", descending=True)


def columns(kind: SubjectKind) -> tuple[Column, ...]:
    """The columns, of a gene or a region."""
    noun = kind.value
    return (
        Column("sample", "Sample"),
        Column("population", "Population"),
        Column("sex", "Sex"),
        Column(
            "class",
            f"Class in the {noun}",
            help=f"Of the carrier's copies of the {noun}, under the overlap rule",
            term="class",
        ),
        Column(
            "copy_number",
            f"Copies in the {noun}",
            Kind.NUMBER,
            help=f"Of the {noun}, by the calls that lie there, under the overlap rule; then those expected in this person",
        ),
        Column("start", "Event", help="Its first and last base"),
        Column("length", "Length", Kind.NUMBER),
        Column(
            "event_copy_number",
            "Event's copies",
            Kind.NUMBER,
            help="Copy number of the event as a whole: of its call with most bins",
        ),
        Column("overlap", f"Of the {noun}", Kind.PERCENT, help=f"Share of the {noun} that the event covers"),
        Column(
            "relatives",
            "Relatives who carry it too",
            help="Parents and children in the panel of trios, whatever the cohort chosen",
            is_optional=True,
        ),
        Column("site", "Site", Kind.LINK, help="The site that the event belongs to, which has a page"),
        Column("quality", "QUAL", Kind.NUMBER),
        Column("bins", "Bins", Kind.NUMBER, help="Read-depth bins; one or two are the least certain", term="bin"),
        Column("copy_ratio", "Copy ratio", Kind.NUMBER, help="1 is the expected copy number"),
        Column("filters", "Filter"),
        Column("badges", "Cautions", help="Why the event needs care", is_optional=True),
        Column(
            "problem",
            "Problem regions",
            help="Every kind that covers half of the event or more: calls need care there",
            is_wide=True,
            is_optional=True,
        ),
    )


_KEYS: Final = {
    # by the group, then the population, as people look for them
    "population": pl.concat_str("superpopulation", "population", separator=" "),
    "site": pl.col("site_start"),
    "relatives": pl.col("relatives")
    .list.eval(pl.concat_str(pl.element().struct.field("role"), pl.lit(" "), pl.element().struct.field("sample")))
    .list.join(", "),
    "badges": pl.when(pl.col("badges") != "").then(pl.col("badges")),
    # two decimals of a ratio and no decimals of a quality are shown; the whole of them is ordered by
}


def carrier_rows(question: Question) -> FrameRows:
    """The events that make carriers at a gene or region; `RefusedError` where a place is so wide that pages list none."""
    target, filters = question.target, question.filters
    if not target.has_share(target.rule_in_force(filters.overlap)):
        sentence = (
            f"Carriers are listed of places of up to {quantities.length(WIDEST)}: take the file of carriers, or name a "
            "narrower region."
        )
        raise RefusedError(refusal(400, sentence, SubjectKind.REGION.value, question.subject.name))
    shown = columns(question.subject.kind)

    def row(event: dict[str, Any]) -> Row:
        return _row(event, question)

    return without_empty_columns(
        FrameRows(
            shown,
            LARGEST_FIRST,
            events_with_relatives(question),
            {column.name: _KEYS.get(column.name, pl.col(column.name)) for column in shown},
            row,
        )
    )


def events_with_relatives(question: Question) -> pl.DataFrame:
    """The events of carriers with `badges`, why an event needs care (R2, R4), and `relatives` who carry too (R11)."""
    return _events(question.database, question)


def _events(database: Generation, question: Question) -> pl.DataFrame:
    target, filters = question.target, question.filters

    def make() -> pl.DataFrame:
        events = carrier_events(database, target, filters)
        kin = relatives(database, target, filters)
        return (
            with_badges(events)
            .join(kin, on=["sample", "direction"], how="left", maintain_order="left")
            .with_columns(site_start=pl.col("site").str.extract(r"^[^-]+-(\d+)-").cast(pl.Int64))
        )

    return database.recall(("rows of carriers", target, filters), make, _size)


def _size(frame: pl.DataFrame) -> Size:
    return Size.SMALL if frame.height <= FEW_ROWS else Size.LARGE


def with_badges(events: pl.DataFrame) -> pl.DataFrame:
    """Adds `badges`: why an event needs care (R2, R4), in words."""
    bins = pl.col("bins")
    badges = (
        pl.when(bins == 1).then(pl.lit("1 bin")),
        pl.when(bins == SOLID_BINS - 1).then(pl.lit("2 bins")),
        # whoever is marked on a chromosome is left out there; what is this large and counted is constitutional (R11)
        pl.when(pl.col("large")).then(pl.lit("large")),
        pl.when(pl.col("filters") == ".").then(pl.lit("no filter applied")),
        pl.when(pl.col("par_border")).then(pl.lit("across a PAR border")),
    )
    return events.with_columns(badges=pl.concat_str(badges, separator=", ", ignore_nulls=True))


def _row(event: dict[str, Any], question: Question) -> Row:
    filters = question.filters
    copies, expected = event["copy_number"], event["expected_copy_number"]
    problem = event["problem"]
    cells = (
        person_cell(event["sample"], filters),
        Cell(f"{event['population']}, {event['superpopulation']}", f"{event['superpopulation']} {event['population']}"),
        text(event["sex"]),
        text(event["class"].replace("-", " "), direction=event["direction"]),
        number(copies, f"{copies} of {expected}" if expected is not None else f"{copies}"),
        Cell(f"{event['start'] + 1:,}-{event['end']:,}", event["start"]),
        number(event["length"], quantities.length(event["length"])),
        number(event["event_copy_number"], str(event["event_copy_number"])),
        number(event["overlap"], quantities.percent(event["overlap"])),
        relatives_cell(event["relatives"], filters),
        site_cell(event["site"], filters),
        _decimals(event["quality"], 0),
        number(event["bins"], str(event["bins"])),
        _decimals(event["copy_ratio"], 2),
        text(event["filters"]),
        text(event["badges"]),
        Cell(region_kinds.kinds_of_problem(problem), problem) if problem else NOTHING,
    )
    return Row(f"{event['event']}", cells)


def _decimals(value: float | None, decimals: int) -> Cell:
    return number(value, "" if value is None else f"{value:.{decimals}f}")
