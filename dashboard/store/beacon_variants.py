"""What a Beacon question meets: events of everybody, and the records, sites and people that they make (rules R3, R5).

One condition over events answers for variants, individuals and biosamples alike, so they agree on whether there is
anything. Everybody whose file was read is asked, those with marked chromosomes too; on X and Y not those whose calls
contradict their sex, and on Y the XY alone, as on every page. Positions are 0-based and half-open. An event's class and
copy number are its own (R3), not those of the calls at the place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Final

import numpy as np
import polars as pl

from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.store.callability import callabilities, who_is_assessed
from dashboard.store.database import Generation, Size, Statement, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import counted_rows
from dashboard.store.problems import in_copies
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import CLASSES, CallClass
from data_prep.domain.intervals import Interval, covers_half, union
from data_prep.domain.levels import DEFAULT_LEVEL, Level
from data_prep.domain.sight import BLIND_KINDS

KEPT: Final = 200_000
"""Records of a question that are kept for the next page of it."""

OPERATORS: Final = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
"""Operators of a comparison, as a request and as SQL write them."""
EVENT_NUMBERS: Final = {
    "copyNumber": "e.copy_number",
    "length": 'e."end" - e.start',
    "quality": "e.quality",
    "bins": "e.bins",
}
"""Numbers of an event that can be compared."""
SITE_NUMBERS: Final = ("carriers", "frequency")
"""Numbers of a site that can be compared: of unrelated people at credible, outliers left out."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A bound of a number: `operator` is one of `OPERATORS`; `in` and `not in` take one value or more."""

    number: str
    operator: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class VariantQuery:
    """Which events are asked for; what is left at its default is not asked about."""

    places: tuple[Interval, ...] = ()
    """Intervals each of which an event overlaps by a base or more."""
    chrom: str | None = None
    starts: tuple[int, int] | None = None
    ends: tuple[int, int] | None = None
    """Where an event starts and ends, half-open: a bracket."""
    classes: tuple[CallClass, ...] | None = None
    """Classes of events; None for every loss and gain, an empty tuple for none."""
    comparisons: tuple[Comparison, ...] = ()
    level: Level = DEFAULT_LEVEL
    populations: tuple[str, ...] | None = None
    """Codes of populations; None for everybody."""
    sexes: tuple[str, ...] | None = None
    unrelated: bool = False
    without_outliers: bool = False
    samples: tuple[int, ...] | None = None
    """Numbers of samples; None for everybody."""
    site: int | None = None
    event: int | None = None
    of_sites: bool = False
    """Events that belong to a site alone."""

    @property
    def asks_about_events(self) -> bool:
        """Whether something of events is asked, and not of people alone."""
        people = VariantQuery(
            populations=self.populations, sexes=self.sexes, unrelated=self.unrelated, samples=self.samples
        )
        return self != people

    def meets_nothing(self) -> bool:
        """Whether it is plain without a look that nothing meets it."""
        return self.classes == () or () in (self.populations, self.sexes, self.samples)


_MET: Final = """FROM events e JOIN samples p USING (sample_id)
WHERE p.counted AND e.direction IN ('loss', 'gain')
    AND (e.chrom <> 'chrX' OR NOT p.sex_mismatch) AND (e.chrom <> 'chrY' OR (p.sex = 'XY' AND NOT p.sex_mismatch))"""

# One row a record: a site, or an event without a site; along the genome.
_RECORDS: Final = """WITH met AS (SELECT e.event_id, e.site_id, e.chrom, e.start, e."end" {met}),
records AS (
    SELECT s.site_id, NULL::BIGINT AS event_id, s.chrom, s.start, s."end", s.site AS id
    FROM sites s WHERE s.site_id IN (SELECT site_id FROM met)
    UNION ALL
    SELECT NULL, event_id, chrom, start, "end", 'event' FROM met WHERE site_id IS NULL
)
SELECT site_id, event_id, chrom::VARCHAR AS chrom, start, "end" FROM records ORDER BY records.chrom, start, "end", id, event_id"""

_RECORD_SCHEMA: Final = {
    "site_id": pl.Int32,
    "event_id": pl.Int64,
    "chrom": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
}

_EVENT_COLUMNS: Final = """e.event_id, e.sample_id, p.sample, e.start, e."end", e.direction::VARCHAR AS direction,
    e.class::VARCHAR AS class, e.copy_number, e.expected_copy_number, e.copy_ratio, e.quality, e.bins, e.filters, e.parts,
    e.sensitive, e.credible, e.pass"""

# One row an event with what a record says of it; along the genome.
_EVENTS: Final = f"""WITH page AS (
    SELECT {_EVENT_COLUMNS}, e.chrom, e.site_id {{met}} ORDER BY e.chrom, e.start, e."end", e.event_id LIMIT $limit OFFSET $offset
)
SELECT page.* EXCLUDE (chrom, site_id), page.chrom::VARCHAR AS chrom, s.site FROM page LEFT JOIN sites s USING (site_id)
ORDER BY page.chrom, page.start, page."end", page.event_id"""

# One row: how many records there are, events, and people who have them.
_COUNTS: Final = """SELECT (count(DISTINCT e.site_id) + count(*) FILTER (WHERE e.site_id IS NULL))::BIGINT AS records,
    count(*)::BIGINT AS events, count(DISTINCT e.sample_id)::INTEGER AS people {met}"""

_COUNT_SCHEMA: Final = {"records": pl.Int64, "events": pl.Int64, "people": pl.Int32}

# One row a person with such an event, by name.
_PEOPLE: Final = "SELECT DISTINCT e.sample_id, p.sample {met} ORDER BY p.sample"

# One row a sample without a question about events, by name.
_EVERYBODY: Final = "SELECT p.sample_id, p.sample FROM samples p WHERE p.counted {who} ORDER BY p.sample"

_PEOPLE_SCHEMA: Final = {"sample_id": pl.UInt32, "sample": pl.String}

# One row a site and person: the first few people of each site who have such an event, by name; the event that speaks for each
# is that with most bins, of as many the lower copy number (R9).
_CASES: Final = """WITH mine AS (
    SELECT e.site_id, e.event_id, e.sample_id, p.sample, e.start, e."end", e.class::VARCHAR AS class, e.copy_number,
        e.expected_copy_number, e.quality, e.bins, e.filters
    {met} AND e.site_id IN (SELECT unnest($sites)::INTEGER)
        AND e.chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom AND e.start BETWEEN $first_start AND $last_start
    QUALIFY row_number() OVER (PARTITION BY e.site_id, e.sample_id
        ORDER BY coalesce(e.bins, -1) DESC, coalesce(e.copy_number, 1000000), e.event_id) = 1
)
SELECT * FROM mine QUALIFY row_number() OVER (PARTITION BY site_id ORDER BY sample) <= $most ORDER BY site_id, sample"""

_CASE_SCHEMA: Final = {
    "site_id": pl.Int32,
    "event_id": pl.Int64,
    "sample_id": pl.UInt32,
    "sample": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "class": pl.String,
    "copy_number": pl.Int32,
    "expected_copy_number": pl.UInt8,
    "quality": pl.Float32,
    "bins": pl.Int32,
    "filters": pl.String,
}

# One row an event of these numbers. The table is sorted by place, so where they lie keeps most of it from being read.
EVENTS_NUMBERED: Final = Statement(
    f"""SELECT {_EVENT_COLUMNS}, e.chrom::VARCHAR AS chrom, s.site
FROM events e JOIN samples p USING (sample_id) LEFT JOIN sites s USING (site_id)
WHERE e.event_id IN (SELECT unnest($events)::BIGINT)
    AND e.chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom AND e.start BETWEEN $first_start AND $last_start""",
    {
        "event_id": pl.Int64,
        "sample_id": pl.UInt32,
        "sample": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "direction": pl.String,
        "class": pl.String,
        "copy_number": pl.Int32,
        "expected_copy_number": pl.UInt8,
        "copy_ratio": pl.Float32,
        "quality": pl.Float32,
        "bins": pl.Int32,
        "filters": pl.String,
        "parts": pl.Int32,
        "sensitive": pl.Boolean,
        "credible": pl.Boolean,
        "pass": pl.Boolean,
        "chrom": pl.String,
        "site": pl.String,
    },
)

# One row a site: its carriers of unrelated people at credible, outliers left out, and whether half of it lies in copies.
SITE_TOTALS: Final = Statement(
    """SELECT s.site_id, s.chrom::VARCHAR AS chrom, s.start, s."end", coalesce(sum(c.carriers), 0)::INTEGER AS carriers
FROM sites s LEFT JOIN site_counts c ON c.site_id = s.site_id AND c.level = 'credible' AND c.unrelated AND NOT c.outlier
GROUP BY ALL ORDER BY s.site_id""",
    {"site_id": pl.Int32, "chrom": pl.String, "start": pl.Int32, "end": pl.Int32, "carriers": pl.Int32},
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much meets a question."""

    records: int
    """Sites, and events without a site."""
    events: int
    people: int


NO_COUNTS: Final = Counts(0, 0, 0)


@remembered
def count_variants(database: Generation, query: VariantQuery) -> Counts:
    """How many records, events and people meet a question."""
    if query.meets_nothing():
        return NO_COUNTS
    statement, values = _statement(database, _COUNTS, query, _COUNT_SCHEMA)
    return Counts(*database.frame(statement, values).row(0))


def records_of(database: Generation, query: VariantQuery, offset: int, limit: int) -> pl.DataFrame:
    """A page of the records that meet a question, along the genome: `site_id` or `event_id`, `chrom`, `start`, `end`."""
    if query.meets_nothing():
        return pl.DataFrame(schema=_RECORD_SCHEMA)

    def fetch() -> pl.DataFrame:
        statement, values = _statement(database, _RECORDS, query, _RECORD_SCHEMA)
        return database.table(statement, values)

    records = database.recall(("beacon records", query), fetch, _size)
    return records.slice(offset, limit)


def events_of(database: Generation, query: VariantQuery, offset: int, limit: int) -> pl.DataFrame:
    """A page of the events that meet a question, along the genome, in the columns of `EVENTS_NUMBERED`."""
    if query.meets_nothing():
        return pl.DataFrame(schema=dict(EVENTS_NUMBERED.columns))
    statement, values = _statement(database, _EVENTS, query, EVENTS_NUMBERED.columns)
    return database.table(statement, values | {"limit": limit, "offset": offset})


def people_of(database: Generation, query: VariantQuery) -> pl.DataFrame:
    """The people who meet a question, by name: `sample_id`, `sample`. Where nothing of events is asked, with and without any."""
    if query.meets_nothing():
        return pl.DataFrame(schema=_PEOPLE_SCHEMA)

    def fetch() -> pl.DataFrame:
        if query.asks_about_events:
            statement, values = _statement(database, _PEOPLE, query, _PEOPLE_SCHEMA)
        else:
            conditions, values = _about_people(query)
            who = "".join(f" AND {condition}" for condition in conditions)
            statement = Statement(_EVERYBODY.format(who=who), _PEOPLE_SCHEMA)
        return database.table(statement, values)

    return database.recall(("beacon people", query), fetch, lambda _: Size.LARGE)


def cases_of(database: Generation, query: VariantQuery, sites: pl.DataFrame, most: int) -> pl.DataFrame:
    """Of each of these sites the first people, by name, with an event that meets the question, and that event.

    `sites` has `site_id`, `chrom`, `start` and `end`, in the order of records.
    """
    if sites.is_empty() or query.meets_nothing():
        return pl.DataFrame(schema=_CASE_SCHEMA)
    statement, values = _statement(database, _CASES, query, _CASE_SCHEMA)
    # members overlap their site reciprocally by half (R9), so each begins within the site's own length of its start
    reach = sites.with_columns(start=2 * pl.col("start") - pl.col("end"))
    limits = {"sites": sites["site_id"].to_list(), "most": most}
    return database.frame(statement, values | limits | _extent(reach, sites["end"].max()))


def events_numbered(database: Generation, events: pl.DataFrame) -> pl.DataFrame:
    """The events of these rows with all that a record says of them, in their order.

    `events` has `event_id`, `chrom`, `start` and `end`, in the order of records.
    """
    if events.is_empty():
        return pl.DataFrame(schema=dict(EVENTS_NUMBERED.columns))
    place = {number: row for row, number in enumerate(events["event_id"].to_list())}
    values = {"events": list(place), **_extent(events, events["start"].max())}
    rows = database.table(EVENTS_NUMBERED, values)
    return rows.sort(rows["event_id"].replace_strict(place, return_dtype=pl.Int64))


def _extent(rows: pl.DataFrame, last_start: object) -> dict[str, object]:
    """Where rows lie that are sorted along the genome: their chromosomes, and where all on them start."""
    return {
        "first_chrom": rows["chrom"][0],
        "last_chrom": rows["chrom"][-1],
        "first_start": rows["start"].min(),
        "last_start": last_start,
    }


# One row: where a site lies, with its id.
SITE_PLACE: Final = Statement(
    'SELECT site, chrom::VARCHAR AS chrom, start, "end" FROM sites WHERE site_id = $site',
    {"site": pl.String, "chrom": pl.String, "start": pl.Int32, "end": pl.Int32},
)


def site_place(database: Generation, site: int) -> tuple[str, Interval]:
    """The id of a site of this number, and its interval."""
    name, *place = database.frame(SITE_PLACE, {"site": site}).row(0)
    return name, Interval(*place)


# One row: where an event lies.
EVENT_PLACE: Final = Statement(
    'SELECT chrom::VARCHAR AS chrom, start, "end" FROM events WHERE event_id = $event',
    {"chrom": pl.String, "start": pl.Int32, "end": pl.Int32},
)


def event_place(database: Generation, event: int) -> Interval | None:
    """The interval of an event of this number; None where there is none."""
    rows = database.frame(EVENT_PLACE, {"event": event})
    return Interval(*rows.row(0)) if rows.height else None


@remembered
def site_totals(database: Generation) -> pl.DataFrame:
    """`site_id`, `carriers` and `frequency` of every site among unrelated people at credible, outliers left out; the frequency
    is null where R5 gives none."""
    rows = database.table(SITE_TOTALS)
    parts = []
    for (chrom,), sites in rows.group_by("chrom", maintain_order=True):
        samples = int(counted_rows(database, str(chrom), Filters()).sum())
        silent = in_copies(database, str(chrom), sites).to_numpy() | _blind(database, str(chrom), sites)
        if who_is_assessed(database).any():
            targets = [region_target(Interval(str(chrom), *row)) for row in sites.select("start", "end").iter_rows()]
            silent |= np.array([not place.assessable for place in callabilities(database, targets, Filters())])
        share = pl.lit(None, pl.Float64) if not samples else pl.col("carriers") / samples
        parts.append(sites.with_columns(frequency=pl.when(~pl.Series(silent)).then(share)))
    schema = {"site_id": pl.Int32, "carriers": pl.Int32, "frequency": pl.Float64}
    return pl.concat(parts).select(list(schema)) if parts else pl.DataFrame(schema=schema)


def _blind(database: Generation, chrom: str, rows: pl.DataFrame) -> Flags:
    """Whether more than half of each interval lies where no call can be made (R5)."""
    problems = landmarks(database).problems.on(chrom)
    blind = problems.filter(problems["kind"].is_in(list(BLIND_KINDS)))
    start, end, _ = union(*(blind[name].to_numpy().astype(np.int64) for name in ("start", "end")))
    first, last = (rows[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    return _more_than_half(start, end, first, last)


def _more_than_half(start: Numbers, end: Numbers, first: Numbers, last: Numbers) -> Flags:
    """Whether more than half of each `[first, last)` lies in the intervals, disjoint and sorted by start."""
    begin = np.concatenate([[0], end])
    stop = np.concatenate([start, [np.iinfo(np.int32).max]])
    free = stop > begin
    return ~covers_half(begin[free], stop[free], first, last)


def _statement(
    database: Generation, text: str, query: VariantQuery, schema: Mapping[str, pl.DataType | type[pl.DataType]]
) -> tuple[Statement, dict[str, object]]:
    conditions, values = _about_people(query)
    more_conditions, more_values = _about_events(database, query)
    met = _MET + "".join(f"\n    AND {condition}" for condition in (*conditions, *more_conditions))
    return Statement(text.format(met=met), schema), values | more_values


def _about_people(query: VariantQuery) -> tuple[list[str], dict[str, object]]:
    conditions: list[str] = []
    values: dict[str, object] = {}
    if query.populations is not None:
        conditions.append("list_contains($populations, p.population)")
        values["populations"] = list(query.populations)
    if query.sexes is not None:
        conditions.append("list_contains($sexes, p.sex::VARCHAR)")
        values["sexes"] = list(query.sexes)
    if query.unrelated:
        conditions.append("p.unrelated")
    if query.samples is not None:
        if len(query.samples) == 1:
            # a plain equality is looked up while the table is read
            conditions.append("p.sample_id = $sample")
            values["sample"] = query.samples[0]
        else:
            conditions.append("p.sample_id IN (SELECT unnest($samples)::UINTEGER)")
            values["samples"] = list(query.samples)
    return conditions, values


def _about_events(database: Generation, query: VariantQuery) -> tuple[list[str], dict[str, object]]:
    conditions: list[str] = []
    values: dict[str, object] = {}
    chroms = {place.chrom for place in query.places} | ({query.chrom} if query.chrom else set())
    for name, chrom in zip(("chrom", "other_chrom", "third_chrom"), sorted(chroms), strict=False):
        conditions.append(f"e.chrom = ${name}::chrom")
        values[name] = chrom
    for letter, place in zip(ascii_lowercase, query.places, strict=False):
        conditions.append(f'e.start < $end_{letter} AND e."end" > $start_{letter}')
        values |= {f"start_{letter}": _position(place.start), f"end_{letter}": _position(place.end)}
    for name, column, bracket in (("starts", "e.start", query.starts), ("ends", 'e."end"', query.ends)):
        if bracket is not None:
            conditions.append(f"{column} >= $first_{name} AND {column} < $last_{name}")
            values |= {f"first_{name}": _position(bracket[0]), f"last_{name}": _position(bracket[1])}
    if query.classes is not None:
        conditions.append("list_contains($classes, enum_code(e.class)::INTEGER)")
        values["classes"] = [CLASSES.index(name) for name in query.classes]
    if query.level is not Level.ALL:
        conditions.append(f"e.{_LEVEL_COLUMNS[query.level]}")
    if query.without_outliers:
        conditions.append("NOT EXISTS (FROM marked_samples m WHERE m.sample_id = e.sample_id AND m.chrom = e.chrom)")
    if query.site is not None:
        conditions.append("e.site_id = $site")
        values["site"] = query.site
    if query.of_sites:
        conditions.append("e.site_id IS NOT NULL")
    if query.event is not None:
        conditions.append("e.event_id = $event")
        values["event"] = query.event
    of_events = [comparison for comparison in query.comparisons if comparison.number in EVENT_NUMBERS]
    for letter, comparison in zip(ascii_lowercase, of_events, strict=False):
        condition, value = _compare(EVENT_NUMBERS[comparison.number], comparison, f"value_{letter}")
        conditions.append(condition)
        values[f"value_{letter}"] = value
    of_sites = tuple(comparison for comparison in query.comparisons if comparison.number in SITE_NUMBERS)
    if of_sites:
        conditions.append("e.site_id IN (SELECT unnest($totals)::INTEGER)")
        values["totals"] = _sites_that_meet(database, of_sites)
    return conditions, values


_LEVEL_COLUMNS: Final = {Level.PASS: "pass", Level.CREDIBLE: "credible", Level.SENSITIVE: "sensitive"}


def _compare(column: str, comparison: Comparison, name: str) -> tuple[str, object]:
    """A condition in SQL, with its value. A number that is not there meets none."""
    number = f"({column})::DOUBLE"
    match comparison.operator:
        case "in":
            return f"list_contains(${name}::DOUBLE[], {number})", list(comparison.values)
        case "not in":
            return f"({column} IS NOT NULL AND NOT list_contains(${name}::DOUBLE[], {number}))", list(comparison.values)
        case operator:
            return f"{number} {OPERATORS[operator]} ${name}::DOUBLE", comparison.values[0]


@remembered
def _sites_that_meet(database: Generation, comparisons: tuple[Comparison, ...]) -> list[int]:
    rows = site_totals(database)
    for comparison in comparisons:
        number = pl.col(comparison.number)
        value = comparison.values[0]
        met = {
            "<": number < value,
            "<=": number <= value,
            ">": number > value,
            ">=": number >= value,
            "in": number.is_in(list(comparison.values)),
            "not in": number.is_not_null() & ~number.is_in(list(comparison.values)),
        }[comparison.operator]
        rows = rows.filter(met)
    return rows["site_id"].to_list()


def _position(position: int) -> int:
    """A position as the database holds one; no chromosome is as long as the last."""
    return min(position, (1 << 31) - 1)


def _size(records: pl.DataFrame) -> Size:
    return Size.SMALL if records.height <= 5_000 else Size.LARGE if records.height <= KEPT * 3 else Size.HUGE


def within(query: VariantQuery, **changes: object) -> VariantQuery:
    """The same question of a part: of one site, one event or some samples."""
    return replace(query, **changes)  # type: ignore[arg-type]
