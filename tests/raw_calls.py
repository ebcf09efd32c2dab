"""Carriers by SQL written by hand over the raw calls, which joins the calls to events anew: nothing of the dashboard.

The table of events is not read, nor the events' numbers on the calls.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import duckdb

# One row a call, with the number of its event in `event`: abutting calls of one person and direction, cut only where
# both sides are solid and differ (R3).
_CALLS: Final = """
CREATE TEMP TABLE raw_calls AS
WITH joints AS (
    SELECT c.*, lag("end") OVER lane AS before, lag(copy_number) OVER lane AS copies_before, lag(bins) OVER lane AS bins_before
    FROM calls c WHERE direction IN ('loss', 'gain')
    WINDOW lane AS (PARTITION BY sample_id, chrom, direction ORDER BY start)
)
SELECT sample_id, chrom, direction, start, "end", class, copy_number, expected_copy_number, quality, bins, copy_ratio, filters,
    sum(CASE WHEN before = start AND NOT (copy_number != copies_before AND bins >= 3 AND bins_before >= 3) THEN 0 ELSE 1 END)
        OVER (PARTITION BY sample_id, chrom, direction ORDER BY start) AS event
FROM joints
"""
# One row an event, with its levels (R4) and the person's groups.
_EVENTS: Final = """
CREATE TEMP TABLE raw_events AS
WITH joined AS (
    SELECT sample_id, chrom, direction, event, min(start) AS start, max("end") AS "end", max(quality) AS quality, sum(bins) AS bins,
        sum(copy_ratio::DOUBLE * bins) / sum(bins) AS ratio,
        first(copy_number ORDER BY bins DESC, abs(copy_number - expected_copy_number) DESC, start) AS copies,
        first(class::VARCHAR ORDER BY bins DESC, abs(copy_number - expected_copy_number) DESC, start) AS class,
        bool_or(contains(filters, 'cnvBinSupportRatio')) AS thin, bool_or(contains(filters, 'cnvLength')) AS short
    FROM raw_calls GROUP BY sample_id, chrom, direction, event
),
sure AS (
    SELECT *, NOT thin AND quality >= 10 AND abs(ratio - 1) >= 0.2 - 1e-6 AS credible FROM joined
)
SELECT *, credible AND NOT (short AND "end" - start < 10000) AS pass FROM sure ORDER BY chrom, start
"""
_COUNTED: Final = """
counted AS (
    SELECT sample_id, sample, superpopulation, population, sex::VARCHAR AS sex FROM samples s
    WHERE s.counted AND ($everyone OR s.unrelated)
      AND ($include OR NOT EXISTS (SELECT 1 FROM marked_samples m WHERE m.sample_id = s.sample_id AND m.chrom = $chrom::chrom))
      AND NOT ($chrom = 'chrY' AND s.sex != 'XY') AND NOT ($chrom IN ('chrX', 'chrY') AND s.sex_mismatch)
      AND (len($populations) = 0 OR list_contains($populations, s.superpopulation) OR list_contains($populations, s.population))
      AND ($sex = 'any' OR s.sex = $sex::karyotype_sex)
)
"""
_ASKED: Final = f"""
WITH {_COUNTED},
asked AS (
    SELECT e.*, s.sample FROM raw_events e JOIN counted s USING (sample_id)
    WHERE e.chrom = $chrom::chrom AND e.direction = $direction::direction
      AND (len($classes) = 0 OR list_contains($classes, class) OR list_contains($classes, $direction))
      AND ($level = 'all' OR ($level = 'credible' AND credible) OR ($level = 'pass' AND pass))
      AND "end" - start >= $min_length AND "end" - start <= $max_length AND bins >= $min_bins
      AND quality >= $min_quality::FLOAT AND (len($copy_numbers) = 0 OR list_contains($copy_numbers, copies))
      AND start < $place_end AND "end" > $place_start
)
"""
_COVERED: Final = 'least("end", $place_end) - greatest(start, $place_start)'
# Of the events that are asked for, those that make carriers (R7): one by itself, or all of a person's together. Events
# of one person and direction do not overlap in DRAGEN's calls, so bases add up and abutting ones are a union.
_RULES: Final = {
    "any": "true",
    "within": 'start >= $place_start AND "end" <= $place_end',
    "reciprocal:0.5": f'2 * ({_COVERED}) >= greatest("end" - start, $place_end - $place_start)',
    "fraction:0.5": f"""sample IN (SELECT sample FROM asked GROUP BY sample
        HAVING 2 * sum({_COVERED}) >= $place_end - $place_start)""",
    "covers": """sample IN (SELECT sample FROM (
        SELECT sample, run, min(start) AS start, max("end") AS "end" FROM (
            SELECT *, sum(fresh) OVER (PARTITION BY sample ORDER BY start) AS run FROM (
                SELECT *, CASE WHEN lag("end") OVER (PARTITION BY sample ORDER BY start) = start THEN 0 ELSE 1 END AS fresh FROM asked))
        GROUP BY sample, run) WHERE start - $place_start <= 1000 AND 10 * (start - $place_start) <= $place_end - $place_start
            AND $place_end - "end" <= 1000 AND 10 * ($place_end - "end") <= $place_end - $place_start)""",
    "coding": """sample IN (SELECT sample FROM asked a
        JOIN exons x ON x.transcript_id = $transcript AND x.coding_start < a."end" AND x.coding_end > a.start
        GROUP BY sample HAVING CASE WHEN $direction = 'loss' THEN sum(least(a."end", x.coding_end) - greatest(a.start, x.coding_start)) > 0
            ELSE 4 * sum(least(a."end", x.coding_end) - greatest(a.start, x.coding_start)) >=
                 3 * (SELECT coding_bases FROM transcripts WHERE transcript_id = $transcript) END)""",
    "exons": """sample IN (SELECT sample FROM asked a
        JOIN exons x ON x.transcript_id = $transcript AND x.start < a."end" AND x."end" > a.start)""",
}


@dataclass(frozen=True)
class Question:
    """A gene or region, 0-based half-open, and what an address asks of it."""

    address: dict[str, str]
    chrom: str
    start: int
    end: int
    transcript: str | None = None
    coding_bases: int = 0

    @property
    def directions(self) -> tuple[str, ...]:
        asked = self.address.get("class", "loss,gain").split(",")
        return tuple(one for one in ("loss", "gain") if any(name.endswith(one) for name in asked))

    @property
    def rule(self) -> str:
        """The key of `_RULES`."""
        asked = self.address.get("overlap", "coding" if "gene" in self.address else "any")
        if asked != "coding":
            return asked
        return "any" if self.transcript is None else "coding" if self.coding_bases else "exons"


class Event(NamedTuple):
    """An event that makes somebody a carrier, 0-based half-open; `calls` are the intervals of its calls."""

    sample: str
    start: int
    end: int
    copies: int
    call_class: str
    calls: tuple[tuple[int, int], ...]


class Person(NamedTuple):
    """Somebody who is counted."""

    sample: str
    superpopulation: str
    population: str
    sex: str


PARTS: Final = {
    "complete-loss": "complete_losses",
    "partial-loss": "partial_losses",
    "low-gain": "low_gains",
    "high-gain": "high_gains",
}
"""The column of each class in a table of frequencies."""


@dataclass(frozen=True)
class Answer:
    """What the raw calls say of one direction: who is counted, which events make carriers, and who carries at PASS."""

    people: list[Person]
    events: list[Event]
    passing: set[str]
    direction: str

    def counts(self) -> dict[tuple[str, str], dict[str, int]]:
        """By way of grouping and group: people, carriers, carriers by class, carriers at PASS."""
        by_person = classes(self.events, self.direction)
        table: dict[tuple[str, str], Counter[str]] = {}
        for person in self.people:
            for kind in ("all", "superpopulation", "population", "sex"):
                group = table.setdefault((kind, "all" if kind == "all" else getattr(person, kind)), Counter())
                group["samples"] += 1
                group["pass_carriers"] += person.sample in self.passing
                if person.sample in by_person:
                    group["carriers"] += 1
                    group[PARTS[by_person[person.sample]]] += 1
        names = ("samples", "carriers", "pass_carriers", *PARTS.values())
        return {key: {name: group[name] for name in names} for key, group in table.items()}


def answer(con: duckdb.DuckDBPyConnection, question: Question, direction: str) -> Answer:
    """What is asked, of one direction."""
    passing = {event.sample for event in events(con, question, direction, "pass")}
    return Answer(people(con, question), events(con, question, direction), passing, direction)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Joins the calls of the whole cohort, once, into temporary tables."""
    con.execute(_CALLS)
    con.execute(_EVENTS)


def people(con: duckdb.DuckDBPyConnection, question: Question) -> list[Person]:
    """Those who are counted."""
    statement = f"WITH {_COUNTED} SELECT sample, superpopulation, population, sex FROM counted"
    return [Person(*row) for row in _rows(con, statement, _values(question, "loss", "all"))]


def events(con: duckdb.DuckDBPyConnection, question: Question, direction: str, level: str = "") -> list[Event]:
    """The events that make carriers of a direction, at the level of the address or at another."""
    values = _values(question, direction, level or question.address.get("filter", "credible"))
    statement = f"""{_ASKED}, carrying AS (SELECT * FROM asked WHERE {_RULES[question.rule]})
        SELECT k.sample, k.start, k."end", k.copies, k.class, c.start, c."end" FROM carrying k
        JOIN raw_calls c ON c.sample_id = k.sample_id AND c.chrom = k.chrom AND c.direction = k.direction AND c.event = k.event
        ORDER BY k.sample, k.start, c.start"""
    found: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for *event, start, end in _rows(con, statement, values):
        found.setdefault(tuple(event), []).append((start, end))
    return [Event(*event, calls=tuple(calls)) for event, calls in found.items()]


def classes(carrying: Iterable[Event], direction: str) -> dict[str, str]:
    """The class of each carrier: that of the lowest copy number of a loss, of the highest of a gain (R7)."""
    order = ("complete-loss", "partial-loss") if direction == "loss" else ("high-gain", "low-gain")
    best: dict[str, tuple[int, int]] = {}
    for event in carrying:
        key = (event.copies if direction == "loss" else -event.copies, order.index(event.call_class))
        best[event.sample] = min(key, best.get(event.sample, key))
    return {sample: order[place] for sample, (_, place) in best.items()}


def _values(question: Question, direction: str, level: str) -> dict[str, Any]:
    asked = question.address

    def members(name: str) -> list[str]:
        return [one for one in asked.get(name, "").split(",") if one]

    return {
        "chrom": question.chrom,
        "place_start": question.start,
        "place_end": question.end,
        "transcript": question.transcript,
        "direction": direction,
        "level": level,
        "everyone": asked.get("cohort") == "all",
        "include": asked.get("outliers") == "include",
        "populations": members("population"),
        "sex": asked.get("sex", "any"),
        "classes": members("class"),
        "copy_numbers": [int(one) for one in members("copy_number")],
        "min_length": int(asked.get("min_length", 0)),
        "max_length": int(asked.get("max_length", 1 << 30)),
        "min_quality": float(asked.get("min_quality", 0)),
        "min_bins": int(asked.get("min_bins", 0)),
    }


def _rows(con: duckdb.DuckDBPyConnection, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    used = {name: value for name, value in values.items() if re.search(rf"\${name}\b", statement)}
    return con.execute(statement, used).fetchall()
