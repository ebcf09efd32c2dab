"""The losses and gains that touch a place, of everyone: one query, read as rows and as the arrays that `counting` takes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.overlap import Calls, TouchingEvents
from dashboard.question.filters import Filters
from dashboard.question.target import Pieces, Target, region_target, surroundings
from dashboard.store.database import Generation, Size, Statement
from dashboard.store.panel import Panel, panel
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import CLASSES
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level

FEW: Final = 5_000
MANY: Final = 50_000
"""Events of a place that are a small and a large answer; a chromosome's are more and are fetched anew."""

_TOUCHING: Final = """chrom = $chrom::chrom AND start < $end AND "end" > $start AND direction IN ('loss', 'gain')"""
TOUCHING_PLACE: Final = f"""{_TOUCHING}
    AND ($site IS NULL OR site_id = $site)"""

TOUCHING_WITHIN_LIMITS: Final = f"""{_TOUCHING}
    AND ($min_length IS NULL OR "end" - start >= $min_length) AND ($max_length IS NULL OR "end" - start <= $max_length)
    AND ($min_quality IS NULL OR quality >= $min_quality::FLOAT) AND ($min_bins IS NULL OR bins >= $min_bins)"""
"""Losses and gains that touch a place and meet what `limits_of` says."""

_EVENT_COLUMNS: Final = f"""event_id, sample_id, start, "end", inner_start, inner_end, direction::VARCHAR AS direction,
    class::VARCHAR AS class, copy_number, expected_copy_number, copy_ratio, quality, bins, filters, par_border, parts,
    sensitive, credible, pass, site_id
FROM events
WHERE {TOUCHING_PLACE}"""

_EVENT_SCHEMA: Final = {
    "event_id": pl.Int64,
    "sample_id": pl.UInt32,
    "start": pl.Int32,
    "end": pl.Int32,
    "inner_start": pl.Int32,
    "inner_end": pl.Int32,
    "direction": pl.String,
    "class": pl.String,
    "copy_number": pl.Int32,
    "expected_copy_number": pl.UInt8,
    "copy_ratio": pl.Float32,
    "quality": pl.Float32,
    "bins": pl.Int32,
    "filters": pl.String,
    "par_border": pl.Boolean,
    "parts": pl.Int32,
    "sensitive": pl.Boolean,
    "credible": pl.Boolean,
    "pass": pl.Boolean,
    "site_id": pl.Int32,
}

# One row a loss or gain that touches the place.
EVENTS: Final = Statement(f"SELECT {_EVENT_COLUMNS}", _EVENT_SCHEMA)

# The same of some samples alone.
EVENTS_OF: Final = Statement(
    f"SELECT {_EVENT_COLUMNS} AND sample_id IN (SELECT unnest($samples)::UINTEGER)", _EVENT_SCHEMA
)

# One row a call that touches the place, of an event that is joined from several and touches it too.
_CALL_COLUMNS: Final = f"""event_id, start, "end", class::VARCHAR AS class, copy_number
FROM calls
WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start
    AND event_id IN (SELECT event_id FROM events WHERE {TOUCHING_PLACE} AND parts > 1"""

_CALL_SCHEMA: Final = {
    "event_id": pl.Int64,
    "start": pl.Int32,
    "end": pl.Int32,
    "class": pl.String,
    "copy_number": pl.Int32,
}

PARTS: Final = Statement(f"SELECT {_CALL_COLUMNS})", _CALL_SCHEMA)

# The same of some samples alone.
PARTS_OF: Final = Statement(
    f"""SELECT {_CALL_COLUMNS} AND sample_id IN (SELECT unnest($samples)::UINTEGER))
    AND sample_id IN (SELECT unnest($samples)::UINTEGER)""",
    _CALL_SCHEMA,
)

# The same as columns of numbers, without what only a list of carriers shows; `every`: those below sensitive too.
MARKS: Final = Statement(
    f"""SELECT sample_id, start, "end", inner_start, inner_end, direction = 'gain' AS gain,
    enum_code(class)::UTINYINT AS class, copy_number, quality, bins, sensitive, credible, pass, site_id
FROM events
WHERE {TOUCHING_WITHIN_LIMITS}
    AND ($every OR credible OR ($sensitive AND sensitive)) AND ($sites IS NULL OR list_contains($sites, site_id))""",
    {
        "sample_id": pl.UInt32,
        "start": pl.Int32,
        "end": pl.Int32,
        "inner_start": pl.Int32,
        "inner_end": pl.Int32,
        "gain": pl.Boolean,
        "class": pl.UInt8,
        "copy_number": pl.Int32,
        "quality": pl.Float32,
        "bins": pl.Int32,
        "sensitive": pl.Boolean,
        "credible": pl.Boolean,
        "pass": pl.Boolean,
        "site_id": pl.Int32,
    },
)


@dataclass(frozen=True, slots=True)
class Marks:
    """The losses and gains of a place as columns alone."""

    events: TouchingEvents
    sample: Numbers
    """Row in the panel of each event's sample."""
    site: Numbers
    """Number of its site; -1 where it has none."""

    def where(self, keep: Flags) -> "Marks":
        """Those that a mask keeps, in the same order."""
        return Marks(self.events.where(keep), self.sample[keep], self.site[keep])


@dataclass(frozen=True, slots=True)
class Touching:
    """The losses and gains that touch a place: rows of the database and the same as columns, in one order."""

    rows: pl.DataFrame
    events: TouchingEvents
    sample: Numbers
    """Row in the panel of each event's sample."""
    calls: Calls
    """Those of events that are joined from several."""

    def where(self, keep: Flags) -> "Touching":
        """Those that a mask keeps, in the same order."""
        return Touching(
            self.rows.filter(pl.Series(keep)), self.events.where(keep), self.sample[keep], self.calls.where(keep)
        )


def events_touching(database: Generation, target: Target) -> Touching:
    """The losses and gains that touch the target, of everyone, kept for the next question where they are not too many.

    Of a target that is narrowed to a site, those of the site. Those of a gene are cut out of what touches its
    surroundings, which the page draws: one query serves both.
    """

    def fetch() -> Touching:
        if target.kind is Pieces.REGION:
            return read_events(database, target)
        around = events_touching(database, region_target(surroundings(target.interval)))
        place = target.interval
        return around.where((around.events.start < place.end) & (around.events.end > place.start))

    key = ("touching", target.interval, target.site)
    return database.recall(key, fetch, _size)


def _size(touching: Touching) -> Size:
    events = touching.rows.height
    return Size.SMALL if events <= FEW else Size.LARGE if events <= MANY else Size.HUGE


def read_events(database: Generation, target: Target) -> Touching:
    """The losses and gains that touch the place or belong to the site, of everyone, read anew and not kept."""
    return as_columns(database, database.table(EVENTS, place_parameters(target)), PARTS, place_parameters(target))


def place_parameters(target: Target) -> dict[str, object]:
    place = target.interval
    return {"chrom": place.chrom, "start": place.start, "end": place.end, "site": target.site}


def limits_of(filters: Filters) -> dict[str, float | None]:
    """What the filters ask of length (bases), quality and bins of an event, by the names of `TOUCHING_WITHIN_LIMITS`."""
    names = ("min_length", "max_length", "min_quality", "min_bins")
    return {name: getattr(filters, name) for name in names}


def marks_touching(database: Generation, place: Interval, filters: Filters) -> Marks:
    """The losses and gains that touch `place` and meet the limits of length, quality and bins, at credible or as far as a wider
    level reaches. For places with thousands: only what drawings and counts need."""
    limits = limits_of(filters).values()
    key = ("marks", place, filters.level is Level.ALL, filters.level is Level.SENSITIVE, *limits)
    return database.recall(key, lambda: read_marks(database, place, filters), lambda _: Size.LARGE)


def read_marks(database: Generation, place: Interval, filters: Filters, sites: list[int] | None = None) -> Marks:
    """The same, read anew and not kept; of these sites alone, where any are named."""
    parameters = {
        "chrom": place.chrom, "start": place.start, "end": place.end, "every": filters.level is Level.ALL,
        "sensitive": filters.level is Level.SENSITIVE, "sites": sites, **limits_of(filters),
    }  # fmt: skip
    rows = database.table(MARKS, parameters)
    sample, order = _in_order(rows, rows["gain"], panel(database))
    carrier = sample * 2 + rows["gain"].to_numpy()[order]
    return Marks(
        _events(rows[order], carrier, rows["class"].to_numpy()[order].astype(np.int64)),
        sample,
        rows["site_id"].fill_null(-1).to_numpy().astype(np.int64)[order],
    )


_CLASS_NAMES: Final = pl.Enum([name.value for name in CLASSES])


def as_columns(database: Generation, rows: pl.DataFrame, parts: Statement, place: dict[str, object]) -> Touching:
    """`parts`: the statement that reads the calls of those events that are joined from several."""
    gain = rows["direction"] == "gain"
    sample, order = _in_order(rows, gain, panel(database))
    rows = rows[order]
    events = _events(rows, sample * 2 + gain.to_numpy()[order], _classes(rows["class"]))
    several = (rows["parts"] > 1).any()
    return Touching(rows, events, sample, _calls(database.table(parts, place), rows) if several else Calls.none())


def _calls(calls: pl.DataFrame, events: pl.DataFrame) -> Calls:
    numbers = events["event_id"].to_numpy()
    order = np.argsort(numbers)
    return Calls(
        event=order[np.searchsorted(numbers, calls["event_id"].to_numpy(), sorter=order)],
        start=calls["start"].to_numpy().astype(np.int64),
        end=calls["end"].to_numpy().astype(np.int64),
        call_class=_classes(calls["class"]),
        copy_number=calls["copy_number"].fill_null(-1).to_numpy().astype(np.int64),
    )


def _classes(names: pl.Series) -> Numbers:
    return names.cast(_CLASS_NAMES).to_physical().to_numpy().astype(np.int64)


def _in_order(rows: pl.DataFrame, gain: pl.Series, people: Panel) -> tuple[Numbers, Numbers]:
    """The samples' rows in the panel, sorted as `TouchingEvents` are, and the order that sorts the rows so."""
    sample = people.row_of[rows["sample_id"].to_numpy()]
    order = in_order_of_carriers(sample * 2 + gain.to_numpy(), rows["start"].to_numpy(), rows["end"].to_numpy())
    return sample[order], order


def in_order_of_carriers(carrier: Numbers, start: Numbers, end: Numbers) -> Numbers:
    """The order that sorts events by carrier, start and end. Rows of the database come along the genome: then whoever sorts by carrier
    alone is done, and one number says carrier and place."""
    along = (start[1:] > start[:-1]) | ((start[1:] == start[:-1]) & (end[1:] >= end[:-1]))
    if not along.all():
        return np.lexsort((end, start, carrier))
    key = carrier * len(carrier) + np.arange(len(carrier))
    order: Numbers = np.sort(key) % max(len(carrier), 1)
    return order


def _events(rows: pl.DataFrame, carrier: Numbers, classes: Numbers) -> TouchingEvents:
    return TouchingEvents(
        carrier=carrier,
        start=rows["start"].to_numpy().astype(np.int64),
        end=rows["end"].to_numpy().astype(np.int64),
        inner_start=rows["inner_start"].to_numpy().astype(np.int64),
        inner_end=rows["inner_end"].to_numpy().astype(np.int64),
        event_class=classes,
        copy_number=rows["copy_number"].fill_null(-1).to_numpy().astype(np.int64),
        quality=rows["quality"].fill_null(float("nan")).to_numpy(),
        bins=rows["bins"].fill_null(-1).to_numpy().astype(np.int64),
        sensitive=rows["sensitive"].to_numpy(),
        credible=rows["credible"].to_numpy(),
        passing=rows["pass"].to_numpy(),
    )
