"""The losses and gains that touch a place, of everyone: one query, read as rows and as the arrays that `counting` takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.overlap import Calls, TouchingEvents
from dashboard.question.filters import Filters
from dashboard.question.target import Pieces, Target, region_target, surroundings
from dashboard.store.columns import whole_numbers
from dashboard.store.database import Array, Generation, Size, Statement
from dashboard.store.panel import Panel, panel
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import CLASSES
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level

WIDE: Final = 200_000
"""Bases of a window beyond which too many events touch it to be read for its picture."""
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

_NUMBERS: Final = """event_id, sample_id, start, "end", inner_start, inner_end, direction = 'gain' AS gain,
    enum_code(class)::UTINYINT AS class, copy_number, quality, bins, sensitive, credible, pass, site_id, parts"""
_NUMBER_SCHEMA: Final = {
    "event_id": pl.Int64,
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
    "parts": pl.Int32,
}
"""What counts need of an event, numbers alone; a list of carriers asks for the rest."""

# One row a loss or gain that touches the place, and the same of one site.
NUMBERS: Final = Statement(f"SELECT {_NUMBERS} FROM events WHERE {_TOUCHING}", _NUMBER_SCHEMA)
NUMBERS_OF_SITE: Final = Statement(f"{NUMBERS.text} AND site_id = $site", _NUMBER_SCHEMA)

# The same of those that meet limits, without those below sensitive unless `every`.
MARKS: Final = Statement(
    f"""SELECT {_NUMBERS}
FROM events
WHERE {TOUCHING_WITHIN_LIMITS}
    AND ($every OR credible OR ($sensitive AND sensitive)) AND ($sites IS NULL OR list_contains($sites, site_id))""",
    _NUMBER_SCHEMA,
)

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
    """The losses and gains that touch a place, with the calls of those that are joined from several."""

    events: TouchingEvents
    number: Numbers
    """Each event's own number in the database, `event_id`."""
    sample: Numbers
    """Row in the panel of each event's sample."""
    site: Numbers
    """Number of its site; -1 where it has none."""
    calls: Calls
    """Those of events that are joined from several."""
    of_every_level: bool = True
    """False of marks, which are those of one level."""

    def where(self, keep: Flags) -> "Touching":
        """Those that a mask keeps, in the same order."""
        return Touching(
            self.events.where(keep),
            self.number[keep],
            self.sample[keep],
            self.site[keep],
            self.calls.where(keep),
            self.of_every_level,
        )


def events_touching(database: Generation, target: Target) -> Touching:
    """The losses and gains that touch the target, of everyone, kept for the next question where they are not too many.

    Of a target that is narrowed to a site, those of the site. Those of a gene or site are cut out of what touches its
    surroundings, which the page draws: one query serves both. Around a wide site the picture needs no events.
    """

    def fetch() -> Touching:
        place = surroundings(target.interval)
        is_drawn_around = target.kind is not Pieces.REGION or (target.site is not None and place.length <= WIDE)
        if not is_drawn_around:
            return read_events(database, target)
        around = events_touching(database, region_target(place))
        touches = (around.events.start < target.interval.end) & (around.events.end > target.interval.start)
        return around.where(touches if target.site is None else touches & (around.site == target.site))

    key = ("touching", target.interval, target.site)
    return database.recall(key, fetch, _size)


def _size(touching: Touching) -> Size:
    events = len(touching.sample)
    return Size.SMALL if events <= FEW else Size.LARGE if events <= MANY else Size.HUGE


def read_events(database: Generation, target: Target) -> Touching:
    """The losses and gains that touch the place or belong to the site, of everyone, read anew and not kept."""
    place = place_parameters(target)
    of_place = {name: value for name, value in place.items() if name != "site"}
    if target.site is None:
        return _as_touching(database, database.columns(NUMBERS, of_place), PARTS, place)
    return _as_touching(database, database.columns(NUMBERS_OF_SITE, place), PARTS, place)


def event_rows(database: Generation, target: Target, numbers: Numbers) -> pl.DataFrame:
    """The events of these numbers, which touch the target, with all that a list of carriers says of them, in this order."""
    rows = database.table(EVENTS, place_parameters(target))
    known = rows["event_id"].to_numpy()
    order = np.argsort(known)
    return rows[order[np.searchsorted(known, numbers, sorter=order)]]


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
    columns = database.columns(MARKS, parameters)
    sample, order = _in_order(columns, panel(database))
    return Marks(_events(columns, sample, order), sample, columns["site_id"][order].astype(np.int64))


_CLASS_NAMES: Final = pl.Enum([name.value for name in CLASSES])


def touching_of_rows(
    database: Generation, rows: pl.DataFrame, parts: Statement, place: Mapping[str, object]
) -> tuple[Touching, pl.DataFrame]:
    """Rows of `EVENTS` as what touches a place, and the same rows in its order; `parts`: the statement that reads the calls of those that
    are joined from several."""
    columns: dict[str, Array] = {
        name: rows[name].to_numpy() for name in ("event_id", "sample_id", "quality", "sensitive", "credible", "pass")
    }
    for name in ("start", "end", "inner_start", "inner_end", "copy_number", "bins", "site_id", "parts"):
        columns[name] = whole_numbers(rows[name])
    columns |= {"gain": (rows["direction"] == "gain").to_numpy(), "class": _classes(rows["class"])}
    touching = _as_touching(database, columns, parts, place)
    known = rows["event_id"].to_numpy()
    order = np.argsort(known)
    return touching, rows[order[np.searchsorted(known, touching.number, sorter=order)]]


def _as_touching(
    database: Generation, columns: Mapping[str, Array], parts: Statement, place: Mapping[str, object]
) -> Touching:
    sample, order = _in_order(columns, panel(database))
    number = columns["event_id"][order]
    is_joined = (columns["parts"] > 1).any()
    return Touching(
        _events(columns, sample, order),
        number,
        sample,
        columns["site_id"][order].astype(np.int64),
        _calls(database.table(parts, place), number) if is_joined else Calls.none(),
    )


def _calls(calls: pl.DataFrame, numbers: Numbers) -> Calls:
    """`numbers`: the number of each event, in their order."""
    order = np.argsort(numbers)
    return Calls(
        event=order[np.searchsorted(numbers, calls["event_id"].to_numpy(), sorter=order)],
        start=calls["start"].to_numpy().astype(np.int64),
        end=calls["end"].to_numpy().astype(np.int64),
        call_class=_classes(calls["class"]),
        copy_number=whole_numbers(calls["copy_number"]),
    )


def _classes(names: pl.Series) -> Numbers:
    return names.cast(_CLASS_NAMES).to_physical().to_numpy().astype(np.int64)


def _in_order(columns: Mapping[str, Array], people: Panel) -> tuple[Numbers, Numbers]:
    """The samples' rows in the panel, sorted as `TouchingEvents` are, and the order that sorts the events so."""
    sample = people.row_of[columns["sample_id"]]
    order = in_order_of_carriers(sample * 2 + columns["gain"], columns["start"], columns["end"])
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


def _events(columns: Mapping[str, Array], sample: Numbers, order: Numbers) -> TouchingEvents:
    """Columns of the database in this order; `sample` is in it already."""
    start, end, inner_start, inner_end, classes, copy_number, bins = (
        columns[name][order].astype(np.int64)
        for name in ("start", "end", "inner_start", "inner_end", "class", "copy_number", "bins")
    )
    return TouchingEvents(
        carrier=sample * 2 + columns["gain"][order],
        start=start,
        end=end,
        inner_start=inner_start,
        inner_end=inner_end,
        event_class=classes,
        copy_number=copy_number,
        quality=columns["quality"][order],
        bins=bins,
        sensitive=columns["sensitive"][order],
        credible=columns["credible"][order],
        passing=columns["pass"][order],
    )
