"""The events of a person, one a row, with the frequency of their sites, and what children have of a parent's."""

from typing import Any, Final

import polars as pl

from dashboard.door.person import PersonQuestion
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.question.target import surroundings
from dashboard.rows.cells import person_cell, site_cell
from dashboard.rows.frames import FrameRows, without_empty_columns
from dashboard.rows.table import NOTHING, Cell, Column, Kind, Row, Sort, number, text
from dashboard.store.person_events import children_events, person_events
from dashboard.words import quantities, region_kinds, relatives
from dashboard.words.filters import LEVEL_WORDS
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import SOLID_BINS, Level

RAREST_FIRST: Final = Sort("carriers")
_CHROMS: Final = {chrom: place for place, chrom in enumerate(LENGTHS)}
NO_SITE: Final = -1
"""By which an event without a site is ordered: before those that one person carries."""

_EVENT: Final = (
    Column("event", "Event", Kind.LINK, help="Its first and last base; draws it with those of parents and children"),
    Column("length", "Length", Kind.NUMBER),
    Column("class", "Class", help="Of the event's copies, against those expected in this person", term="class"),
    Column("copy_number", "Copies", Kind.NUMBER, help="Copies of the event as a whole, and those expected"),
    Column(
        "carriers",
        "Carriers of its site",
        Kind.NUMBER,
        help="Unrelated people with a credible event of the same site, of those counted on the chromosome",
        term="site",
    ),
    Column("frequency", "Frequency", Kind.PERCENT),
)


_WHAT_NEEDS_CARE: Final = (
    Column(
        "care",
        "Cautions",
        help="Why the event, or the frequency of its site, needs care",
        is_wide=True,
        is_optional=True,
    ),
    Column(
        "problem",
        "Problem regions",
        help="Every kind that covers half of the event or more",
        is_wide=True,
        is_optional=True,
    ),
)


def _columns(question: PersonQuestion) -> tuple[Column, ...]:
    person = question.person
    return (
        *_EVENT,
        Column(
            "frequency_superpopulation", f"In {person.superpopulation}", Kind.PERCENT, help=person.superpopulation_name
        ),
        Column("frequency_population", f"In {person.population}", Kind.PERCENT, help=person.population_name),
        *(
            (
                Column("inheritance", "Inheritance", help="From whom it is, by the parents' events", is_wide=True),
                Column("father", "Father", help=relatives.STATES_HELP),
                Column("mother", "Mother", help=relatives.STATES_HELP),
            )
            if person.father or person.mother
            else ()
        ),
        Column("level", "Level", help="The strictest filter level that it meets", term="level"),
        Column("quality", "QUAL", Kind.NUMBER),
        Column("bins", "Bins", Kind.NUMBER, help="Read-depth bins; one or two are the least certain", term="bin"),
        Column("place", "Region", Kind.LINK, help="What is there in everyone"),
        *_WHAT_NEEDS_CARE,
    )


_ALONG: Final = pl.col("chrom").replace_strict(_CHROMS, return_dtype=pl.Int64) * 1_000_000_000 + pl.col("start")
_LEVEL: Final = pl.col("level").replace_strict(
    {level.value: place for place, level in enumerate(Level)}, return_dtype=pl.Int64
)
_STATES: Final = {state: place for place, state in enumerate(relatives.STATES)}
"""The order of states: from who carries it to who is not known."""


def _rank(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(_STATES, default=None, return_dtype=pl.Int64)


_KEYS: Final = {
    "event": _ALONG,
    "place": _ALONG,
    "level": _LEVEL,
    "inheritance": pl.col("inherited"),
    "carriers": pl.when(pl.col("site").is_null()).then(pl.lit(NO_SITE)).otherwise(pl.col("carriers")),
    "child": pl.col("child"),
    **{name: _rank(name) for name in ("father", "mother", "state")},
}


def event_rows(question: PersonQuestion) -> FrameRows:
    """The events that the filters choose, rarest first: the columns of inheritance where the pedigree names a parent."""
    columns = _columns(question)
    frame = with_words(person_events(question.database, question.person, question.filters))

    def row(event: dict[str, Any]) -> Row:
        cells = _event_cells(event, question)
        inherited = (
            text(event["inherited"]),
            *(_state(event[role]) for role in ("father", "mother")),
        )
        return Row(
            event["name"],
            (
                *cells,
                _share(
                    event["frequency_superpopulation"],
                    event["carriers_superpopulation"],
                    event["samples_superpopulation"],
                ),
                _share(event["frequency_population"], event["carriers_population"], event["samples_population"]),
                *(inherited if question.person.father or question.person.mother else ()),
                *_last_cells(event, question.filters),
            ),
        )

    return _rows(columns, frame, row)


def child_rows(question: PersonQuestion) -> FrameRows:
    """What each child has of the events, rarest first."""
    columns = (
        *_EVENT,
        Column("child", "Child", Kind.LINK),
        Column(
            "state",
            "The child",
            help=relatives.STATES_HELP + " Cannot have it from here: X of a father in a son, Y in a daughter.",
        ),
        Column("level", "Level", help="The strictest filter level that the event of the parent meets", term="level"),
        Column("quality", "QUAL", Kind.NUMBER),
        Column("bins", "Bins", Kind.NUMBER, term="bin"),
        Column("place", "Region", Kind.LINK, help="What is there in everyone"),
        *_WHAT_NEEDS_CARE,
    )
    frame = with_words(children_events(question.database, question.person, question.filters))

    def row(event: dict[str, Any]) -> Row:
        return Row(
            f"{event['name']} {event['child']}",
            (
                *_event_cells(event, question),
                person_cell(event["child"], question.filters),
                Cell(relatives.STATES_OF_A_CHILD[event["state"]], _STATES[event["state"]]),
                *_last_cells(event, question.filters),
            ),
        )

    return _rows(columns, frame, row)


def _rows(columns: tuple[Column, ...], frame: pl.DataFrame, row: Any) -> FrameRows:
    keys = {column.name: _KEYS.get(column.name, pl.col(column.name)) for column in columns}
    return without_empty_columns(FrameRows(columns, RAREST_FIRST, frame, keys, row))


def with_words(events: pl.DataFrame) -> pl.DataFrame:
    """Adds `inherited`, from whom an event is, and `care`, why it needs some, in words; null where there is nothing to say."""
    names = ("father", "mother", "inheritance", "inconsistent")
    said = [relatives.inherited(row) or None for row in events.select(names).iter_rows(named=True)]
    care = [", ".join(_care(row)) or None for row in events.iter_rows(named=True)]
    return events.with_columns(pl.Series("inherited", said, pl.String), pl.Series("care", care, pl.String))


def _care(event: dict[str, Any]) -> list[str]:
    reasons = []
    if event["marked"]:
        reasons.append("on a marked chromosome: in no frequency")
    if event["bins"] is not None and event["bins"] < SOLID_BINS:
        reasons.append("1 bin" if event["bins"] == 1 else f"{event['bins']} bins")
    if event["large"]:
        reasons.append("large")
    if event["site"] is not None and event["few_bins"]:
        reasons.append("a site of few bins")
    if event["note"]:
        reasons.append(event["note"])
    return reasons


def _event_cells(event: dict[str, Any], question: PersonQuestion) -> tuple[Cell, ...]:
    place = Interval(event["chrom"], event["start"], event["end"])
    copies, expected = event["copy_number"], event["expected_copy_number"]
    address = links.person(question.person.sample, question.filters, event["name"])
    site = site_cell(event["site"], question.filters).address
    if event["site"] is None:
        carriers = Cell("no site", NO_SITE, title=NO_SITE_WORDS)
    elif event["carriers"] is None:
        carriers = Cell("not assessable", address=site)
    else:
        words = f"{quantities.count(event['carriers'])} of {quantities.count(event['samples'])}"
        carriers = Cell(words, event["carriers"], site)
    along = _CHROMS[event["chrom"]] * 1_000_000_000 + event["start"]
    return (
        Cell(str(place), along, address),
        number(event["length"], quantities.length(event["length"])),
        text(event["class"].replace("-", " "), direction=event["direction"]),
        number(copies, f"{copies} of {expected}" if expected is not None else f"{copies}"),
        carriers,
        _share(event["frequency"], event["carriers"], event["samples"]),
    )


NO_SITE_WORDS: Final = "No credible event of those who are counted resembles it: only theirs make sites"


def _last_cells(event: dict[str, Any], filters: Filters) -> tuple[Cell, ...]:
    place = Interval(event["chrom"], event["start"], event["end"])
    quality = event["quality"]
    region = links.page(subject.region(surroundings(place)), filters)
    problem = event["problem"]
    return (
        Cell(LEVEL_WORDS[Level(event["level"])], list(Level).index(Level(event["level"]))),
        number(quality, "" if quality is None else f"{quality:.0f}"),
        number(event["bins"], str(event["bins"])),
        Cell("region", _CHROMS[event["chrom"]] * 1_000_000_000 + event["start"], region),
        text(event["care"]),
        Cell(region_kinds.kinds_of_problem(problem), problem) if problem else NOTHING,
    )


def _share(frequency: float | None, carriers: int | None, samples: int | None) -> Cell:
    if frequency is None:
        return NOTHING
    return number(frequency, quantities.percent(frequency), title=f"{carriers:,} of {samples:,}")


def _state(state: str | None) -> Cell:
    return Cell(relatives.STATES[state], _STATES[state]) if state else NOTHING
