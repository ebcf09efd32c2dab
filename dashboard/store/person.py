"""One person: where from, which relatives, which events, and how they were inherited (rules R5, R11).

The events of a person stand together in `sample_events`. Of relatives three things are kept apart: who was read, who is known
by name alone, and who is not named at all; a parent who was not read is "not known", and never without a call.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from dashboard.question.filters import Filters
from dashboard.store.cohort import group_names, superpopulation_names
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.panel import count_people
from dashboard.store.problems import problem_kinds_at
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.chromosomes import LENGTHS, SEX_CHROMOSOMES
from data_prep.domain.copy_number import SEXES, CallClass
from data_prep.domain.levels import LARGE_EVENT, Level
from data_prep.domain.trios import Covered, inherit, is_inconsistent, possible_parents, words


class Role(StrEnum):
    """What somebody is to a person; sisters and brothers of one common parent at least."""

    FATHER = "father"
    MOTHER = "mother"
    CHILD = "child"
    SIBLING = "sibling"
    HALF_SIBLING = "half-sibling"
    FAMILY = "family"
    """Of the same family of the pedigree, and none of these."""


class Known(StrEnum):
    """What is known of a relative."""

    READ = "read"
    """The file was read: there are calls."""
    NOT_READ = "not-read"
    """In the sample table, but no file of it was read."""
    NOT_IN_PANEL = "not-in-panel"
    """Named as a parent, and in no table."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the sample table or of a file."""

    sample_id: int
    sample: str
    superpopulation: str
    population: str
    superpopulation_name: str
    population_name: str
    sex: str | None
    family: str | None
    father: str | None
    mother: str | None
    unrelated: bool
    counted: bool
    """The file was read."""
    sex_mismatch: bool
    sex_mismatch_reason: str | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative of a person."""

    role: Role
    sample: str
    known: Known
    sample_id: int | None
    """None of one who is in no table."""
    sex: str | None


_PERSON: Final = """sample_id, sample, superpopulation, population, sex::VARCHAR AS sex, family, father, mother, unrelated, counted, sex_mismatch,
    sex_mismatch_reason"""
_PERSON_SCHEMA: Final = {
    "sample_id": pl.UInt32,
    "sample": pl.String,
    "superpopulation": pl.String,
    "population": pl.String,
    "sex": pl.String,
    "family": pl.String,
    "father": pl.String,
    "mother": pl.String,
    "unrelated": pl.Boolean,
    "counted": pl.Boolean,
    "sex_mismatch": pl.Boolean,
    "sex_mismatch_reason": pl.String,
}
# At most one row: the sample of this name, in any case; one that is written so comes first.
NAMED: Final = Statement(
    f"SELECT {_PERSON} FROM samples WHERE lower(sample) = lower($sample) ORDER BY sample != $sample LIMIT 1",
    _PERSON_SCHEMA,
)
# One row a sample that may be a relative: of the family, or with a parent in common, or a parent or child.
RELATIVES: Final = Statement(
    f"""WITH me AS (SELECT * FROM samples WHERE sample_id = $sample_id)
SELECT {", ".join(f"s.{name.strip()}" for name in _PERSON.split(","))} FROM samples s, me
WHERE s.sample_id != me.sample_id AND (s.sample IN (me.father, me.mother) OR me.sample IN (s.father, s.mother)
    OR s.father = me.father OR s.mother = me.mother OR s.family = me.family)
ORDER BY s.sample""",
    _PERSON_SCHEMA,
)
# One row a chromosome and direction that is marked in the sample.
MARKS: Final = Statement(
    """SELECT chrom::VARCHAR AS chrom, direction::VARCHAR AS direction, reason, events, longest, bases, share FROM marked_samples
WHERE sample_id = $sample_id ORDER BY marked_samples.chrom, direction""",
    {
        "chrom": pl.String,
        "direction": pl.String,
        "reason": pl.String,
        "events": pl.Int32,
        "longest": pl.Int32,
        "bases": pl.Int32,
        "share": pl.Float64,
    },
)
# One row an event of the sample, along the genome.
EVENTS: Final = Statement(
    """SELECT event_id AS event, chrom::VARCHAR AS chrom, start, "end", class::VARCHAR AS class, copy_number, expected_copy_number, quality, bins,
    CASE WHEN pass THEN 'pass' WHEN credible THEN 'credible' WHEN sensitive THEN 'sensitive' ELSE 'all' END AS level, site_id
FROM sample_events WHERE sample_id = $sample_id ORDER BY sample_events.chrom, start, "end", event_id""",
    {
        "event": pl.Int64,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "class": pl.String,
        "copy_number": pl.Int32,
        "expected_copy_number": pl.UInt8,
        "quality": pl.Float32,
        "bins": pl.Int32,
        "level": pl.String,
        "site_id": pl.Int32,
    },
)
# One row a site of the sample's events, with its carriers among the unrelated, all and of two groups.
SITES: Final = Statement(
    """WITH mine AS (SELECT DISTINCT site_id FROM sample_events WHERE sample_id = $sample_id AND site_id IS NOT NULL),
counted AS (
    SELECT site_id, grouped_by, carriers FROM site_groups
    WHERE ((grouped_by = 'all' AND code = 'all') OR (grouped_by = 'superpopulation' AND code = $superpopulation)
        OR (grouped_by = 'population' AND code = $population)) AND site_id IN (SELECT site_id FROM mine)
)
SELECT m.site_id, any_value(s.site) AS site, any_value(s.few_bins) AS few_bins, any_value(s.problem) AS site_problem,
    coalesce(any_value(c.carriers) FILTER (c.grouped_by = 'all'), 0)::INTEGER AS carriers,
    coalesce(any_value(c.carriers) FILTER (c.grouped_by = 'superpopulation'), 0)::INTEGER AS carriers_superpopulation,
    coalesce(any_value(c.carriers) FILTER (c.grouped_by = 'population'), 0)::INTEGER AS carriers_population
FROM mine m JOIN sites s USING (site_id) LEFT JOIN counted c USING (site_id) GROUP BY m.site_id""",
    {
        "site_id": pl.Int32,
        "site": pl.String,
        "few_bins": pl.Boolean,
        "site_problem": pl.String,
        "carriers": pl.Int32,
        "carriers_superpopulation": pl.Int32,
        "carriers_population": pl.Int32,
    },
)

_LEVELS: Final = [level.value for level in Level]
_CHROMS: Final = {chrom: place for place, chrom in enumerate(LENGTHS)}
_DIRECTION: Final = {name.value: name.direction.value for name in CallClass}


@remembered
def person_named(database: Generation, name: str) -> Person | None:
    """The person of this sample name, in any case; None where there is none."""
    rows = database.frame(NAMED, {"sample": name})
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    names = group_names(database)
    return Person(
        **row,
        superpopulation_name=superpopulation_names(database).get(row["superpopulation"], row["superpopulation"]),
        population_name=names.get(row["population"], row["population"]),
    )


@remembered
def relatives_of(database: Generation, person: Person) -> tuple[Relative, ...]:
    """Father, mother, children, siblings, half-siblings and others of the family, in this order, each by name.

    A parent whom the pedigree names is there even in no table. Nobody is told to be without relatives because of who was read.
    """
    rows = {
        row["sample"]: row for row in database.frame(RELATIVES, {"sample_id": person.sample_id}).iter_rows(named=True)
    }
    found: list[Relative] = []

    def add(role: Role, name: str) -> None:
        row = rows.pop(name, None)
        known = Known.NOT_IN_PANEL if row is None else Known.READ if row["counted"] else Known.NOT_READ
        found.append(Relative(role, name, known, row["sample_id"] if row else None, row["sex"] if row else None))

    for role, parent in ((Role.FATHER, person.father), (Role.MOTHER, person.mother)):
        if parent:
            add(role, parent)
    for name in [name for name, row in rows.items() if person.sample in (row["father"], row["mother"])]:
        add(Role.CHILD, name)
    shared = {
        name: sum(
            row[role] is not None and row[role] == parent
            for role, parent in (("father", person.father), ("mother", person.mother))
        )
        for name, row in rows.items()
    }
    for role, parents in ((Role.SIBLING, 2), (Role.HALF_SIBLING, 1), (Role.FAMILY, 0)):
        for name in [name for name in rows if shared[name] == parents]:
            add(role, name)
    return tuple(found)


@remembered
def marks_of(database: Generation, person: Person) -> pl.DataFrame:
    """Marked chromosomes (R11) with the reason in words: `chrom`, `direction`, `reason`, `events`, `longest`, `bases`, `share`."""
    return database.frame(MARKS, {"sample_id": person.sample_id})


@remembered
def every_event_of(database: Generation, sample_id: int) -> pl.DataFrame:
    """All events of a sample along the genome, at every level and on marked chromosomes too, as `EVENTS` says, with `direction`;
    `level` is the strictest that each meets. 0-based, half-open."""
    rows = database.frame(EVENTS, {"sample_id": sample_id})
    return rows.with_columns(direction=pl.col("class").replace_strict(_DIRECTION, return_dtype=pl.String))


def events_of_person(database: Generation, person: Person, filters: Filters) -> pl.DataFrame:
    """The events of a person that `filters` choose by class, level, length, quality and bins, rarest first.

    Columns of `every_event_of` and `length`; `site` and, of its carriers at credible among the unrelated, outliers left out, `carriers`,
    `samples`, `frequency`, `carriers_superpopulation`, `samples_superpopulation`, `frequency_superpopulation` and the same of `population`:
    null without a site; `few_bins` and `site_problem` of the site; `problem`, the kinds of region that cover half of the event;
    `marked`, whether its chromosome is marked in this person; `large`, over 3 Mb and not marked. Events without a site, which nobody
    else's credible event resembles, come first; of as many carriers the one with more bases.
    """
    events = every_event_of(database, person.sample_id)
    events = events.filter(
        pl.col("class").is_in([name.value for name in filters.event_classes])
        & pl.col("level").is_in(_LEVELS[: _LEVELS.index(filters.level.value) + 1])
    )
    length = pl.col("end") - pl.col("start")
    bounds = (
        (length >= filters.min_length) if filters.min_length is not None else None,
        (length <= filters.max_length) if filters.max_length is not None else None,
        (pl.col("quality") >= filters.min_quality) if filters.min_quality is not None else None,
        (pl.col("bins") >= filters.min_bins) if filters.min_bins is not None else None,
        pl.col("copy_number").is_in(filters.copy_numbers) if filters.copy_numbers else None,
    )
    for bound in bounds:
        if bound is not None:
            events = events.filter(bound.fill_null(value=False))
    sites = database.frame(
        SITES,
        {"sample_id": person.sample_id, "superpopulation": person.superpopulation, "population": person.population},
    )
    marked = set(marks_of(database, person)["chrom"])
    table = events.join(sites, on="site_id", how="left", maintain_order="left").with_columns(
        length=length,
        marked=pl.col("chrom").is_in(list(marked)),
        problem=_problems(database, events),
    )
    table = table.with_columns(large=(pl.col("length") > LARGE_EVENT) & ~pl.col("marked"))
    for suffix, populations in (
        ("", ()),
        ("_superpopulation", (person.superpopulation,)),
        ("_population", (person.population,)),
    ):
        people = {chrom: count_people(database, chrom, Filters(populations=populations)).counted for chrom in LENGTHS}
        samples = pl.col("chrom").replace_strict(people, return_dtype=pl.Int32)
        table = table.with_columns(pl.when(pl.col("site").is_not_null()).then(samples).alias(f"samples{suffix}"))
        share = pl.col(f"carriers{suffix}") / pl.col(f"samples{suffix}")
        table = table.with_columns(pl.when(pl.col(f"samples{suffix}") > 0).then(share).alias(f"frequency{suffix}"))
    place = pl.col("chrom").replace_strict(_CHROMS, return_dtype=pl.Int32)
    return table.sort(pl.col("carriers").fill_null(-1), -pl.col("length"), place, "start", "end", maintain_order=True)


def _problems(database: Generation, events: pl.DataFrame) -> pl.Series:
    """Kinds of problem region that cover half of each event, in its order."""
    chroms = np.array(events["chrom"].to_list(), object)
    start, end = (events[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    kinds = np.full(len(start), None, object)
    for chrom in dict.fromkeys(chroms):
        here = np.flatnonzero(chroms == chrom)
        kinds[here] = problem_kinds_at(database, chrom, start[here], end[here])
    return pl.Series("problem", kinds.tolist(), pl.String)


NOT_KNOWN: Final = "not-known"
NOT_ASKED: Final = "not-asked"
"""Of a parent from whom the child cannot have it: X of the father in a son, Y of the mother."""
CARRIES, BELOW, NOTHING = "carries", "below-filter", "none"


@dataclass(frozen=True, slots=True)
class TrioView:
    """How the events of a child were inherited."""

    child: Person
    father: Relative | None
    mother: Relative | None
    events: pl.DataFrame
    """A row a loss or gain of the child at the level asked for: the columns of `every_event_of`; `father` and `mother`, each `carries` (events
    of the direction cover half of it at credible), `below-filter` (at any level alone), `none`, `not-asked` or `not-known`;
    `inheritance`, a value of `domain.trios.Inheritance`, null where a parent of whom it could be is not known; `inconsistent`."""
    calls: pl.DataFrame
    """A row an event of a parent, of any level and of either direction, that touches an event of the child: `event`, the child's; `role`; and
    the columns of `every_event_of`, with `relative_event` for the parent's own number."""


def trio_of(database: Generation, person: Person, filters: Filters) -> TrioView | None:
    """The trio of which this person is the child; None where the pedigree names no parent.

    Events on marked chromosomes are in it too; of rates they are left out (R11).
    """
    relatives = relatives_of(database, person)
    parents = {role: next((one for one in relatives if one.role is role), None) for role in (Role.FATHER, Role.MOTHER)}
    if not any(parents.values()):
        return None
    mine = _losses_and_gains(every_event_of(database, person.sample_id), filters)
    chrom, start, end, direction = _columns(mine)
    possible = _possible(mine, SEXES.index(person.sex if person.sex in SEXES else None))
    carries, has, known = {}, {}, {}
    frames = []
    for role, relative in parents.items():
        is_read = relative is not None and relative.known is Known.READ and relative.sample_id is not None
        theirs = (
            every_event_of(database, relative.sample_id)
            if is_read and relative is not None and relative.sample_id is not None
            else None
        )
        known[role] = theirs is not None
        carries[role], has[role] = _covers(theirs, chrom, start, end, direction)
        if theirs is not None:
            frames.append(_touching(mine, theirs, role))
    can = dict(zip(parents, possible, strict=True))
    state = {role: _states(carries[role], has[role], can[role], known[role]) for role in parents}
    below = np.zeros(len(start), np.bool_)
    for role in parents:
        below |= has[role] & can[role]
    codes = inherit(carries[Role.FATHER], carries[Role.MOTHER], below, possible)
    # what a parent who was not read would have is not known, whatever the other has
    unsettled = np.zeros(len(start), np.bool_)
    for role in parents:
        unsettled |= can[role] & (not known[role])
    codes = np.where(unsettled, -1, codes)
    numbers = mine["copy_number"].fill_null(-1).to_numpy().astype(np.int64)
    events = mine.with_columns(
        pl.Series("father", state[Role.FATHER], pl.String),
        pl.Series("mother", state[Role.MOTHER], pl.String),
        words(codes).alias("inheritance"),
        pl.Series("inconsistent", is_inconsistent(codes, numbers, possible)),
    )
    calls = pl.concat(frames) if frames else pl.DataFrame()
    return TrioView(person, parents[Role.FATHER], parents[Role.MOTHER], events, calls)


def handed_on(database: Generation, person: Person, filters: Filters) -> pl.DataFrame:
    """What the children of this person have of it: a row an event at the level asked for and child: the columns of `every_event_of`, `child`,
    and `state`, as in `TrioView.events`: `carries`, `below-filter`, `none`, `not-asked`, `not-known`. No rows without children."""
    mine = _losses_and_gains(every_event_of(database, person.sample_id), filters)
    chrom, start, end, direction = _columns(mine)
    is_father = person.sex == "XY"
    frames = []
    for child in relatives_of(database, person):
        if child.role is not Role.CHILD:
            continue
        is_read = child.known is Known.READ and child.sample_id is not None
        theirs = every_event_of(database, child.sample_id) if is_read and child.sample_id is not None else None
        carries, has = _covers(theirs, chrom, start, end, direction)
        can = _possible(mine, SEXES.index(child.sex if child.sex in SEXES else None))[0 if is_father else 1]
        frames.append(
            mine.with_columns(
                pl.lit(child.sample).alias("child"),
                pl.Series("state", _states(carries, has, can, theirs is not None), pl.String),
            )
        )
    empty = mine.clear().with_columns(pl.lit(None, pl.String).alias(name) for name in ("child", "state"))
    return pl.concat(frames) if frames else empty


def _losses_and_gains(events: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    classes = [name.value for name in filters.event_classes]
    levels = _LEVELS[: _LEVELS.index(filters.level.value) + 1]
    return events.filter(pl.col("class").is_in(classes) & pl.col("level").is_in(levels))


def _columns(events: pl.DataFrame) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Chromosomes as places in the karyotype, starts, ends, and directions as 0 and 1."""
    chrom = events["chrom"].replace_strict(_CHROMS, return_dtype=pl.Int64).to_numpy()
    start, end = (events[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    return chrom, start, end, (events["direction"] == "gain").to_numpy().astype(np.int64)


def _possible(events: pl.DataFrame, child_sex: int) -> tuple[Flags, Flags]:
    """Of whom a child of this sex can have what lies at each place: the father, the mother."""
    father, mother = np.ones(events.height, np.bool_), np.ones(events.height, np.bool_)
    chroms = events["chrom"].to_numpy()
    for chrom in SEX_CHROMOSOMES:
        here = chroms == chrom
        start, end = (events[name].to_numpy().astype(np.int64)[here] for name in ("start", "end"))
        father[here], mother[here] = possible_parents(chrom, start, end, np.full(len(start), child_sex))
    return father, mother


def _covers(
    theirs: pl.DataFrame | None, chrom: Numbers, start: Numbers, end: Numbers, direction: Numbers
) -> tuple[Flags, Flags]:
    """Whether somebody's events of the direction cover half of each place: at credible, and at all."""
    if theirs is None:
        nobody = np.zeros(len(start), np.bool_)
        return nobody, nobody
    counted = theirs.filter(pl.col("direction").is_in(["loss", "gain"]))
    their_chrom, their_start, their_end, their_direction = _columns(counted)
    lane = their_chrom * 2 + their_direction
    credible = counted["level"].is_in(["pass", "credible"]).to_numpy()
    at_credible = Covered.by(their_start[credible], their_end[credible], lane[credible])
    at_all = Covered.by(their_start, their_end, lane)
    mine = chrom * 2 + direction
    return at_credible.half(start, end, mine), at_all.half(start, end, mine)


def _states(carries: Flags, has: Flags, can: Flags, known: bool) -> list[str]:
    state = np.select([~can, carries, has], [NOT_ASKED, CARRIES, BELOW], NOTHING)
    told: list[str] = (state if known else np.where(can, NOT_KNOWN, NOT_ASKED)).tolist()
    return told


def _touching(mine: pl.DataFrame, theirs: pl.DataFrame, role: Role) -> pl.DataFrame:
    """A parent's events that touch one of the child's, each with the child's."""
    ours = mine.select("chrom", pl.col("event").alias("of"), pl.col("start").alias("from"), pl.col("end").alias("to"))
    pairs = theirs.rename({"event": "relative_event"}).join(ours, on="chrom", how="inner")
    touching = pairs.filter((pl.col("start") < pl.col("to")) & (pl.col("end") > pl.col("from")))
    return touching.select(
        pl.col("of").alias("event"), pl.lit(role.value).alias("role"), pl.exclude("of", "from", "to")
    )
