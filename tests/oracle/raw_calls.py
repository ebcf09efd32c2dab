"""Carriers by SQL written by hand over the raw calls, which joins the calls to events anew: nothing of the dashboard.

The table of events is not read, nor the events' numbers on the calls.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import duckdb

# One row a call, with the number of its event in `event`: abutting calls of one person and direction, cut only where
# both sides are solid and differ (R3); and whether another call abuts at either end (R7).
_CALLS: Final = """
CREATE TEMP TABLE raw_calls AS
WITH joints AS (
    SELECT c.*, lag("end") OVER lane AS before, lead(start) OVER lane AS next, lag(copy_number) OVER lane AS copies_before, lag(bins) OVER lane AS bins_before
    FROM calls c WHERE direction IN ('loss', 'gain') AND (len($1::VARCHAR[]) = 0 OR list_contains($1, chrom::VARCHAR))
    WINDOW lane AS (PARTITION BY sample_id, chrom, direction ORDER BY start)
)
SELECT sample_id, chrom, direction, start, "end", class, copy_number, expected_copy_number, quality, bins, copy_ratio, filters,
    coalesce(before = start, false) AS abuts_before, coalesce(next = "end", false) AS abuts_after,
    sum(CASE WHEN before = start AND NOT (copy_number != copies_before AND bins >= 3 AND bins_before >= 3) THEN 0 ELSE 1 END)
        OVER (PARTITION BY sample_id, chrom, direction ORDER BY start) AS event
FROM joints
"""
# One row an event, with its levels (R4) and its ends drawn in by half its mean bin (R7).
_EVENTS: Final = """
CREATE TEMP TABLE raw_events AS
WITH joined AS (
    SELECT sample_id, chrom, direction, event, min(start) AS start, max("end") AS "end", max(quality) AS quality, sum(bins) AS bins,
        sum(copy_ratio::DOUBLE * bins) / sum(bins) AS ratio,
        first(copy_number ORDER BY bins DESC, abs(copy_number - expected_copy_number) DESC, start) AS copies,
        first(class::VARCHAR ORDER BY bins DESC, abs(copy_number - expected_copy_number) DESC, start) AS class,
        bool_or(contains(filters, 'cnvBinSupportRatio')) AS thin, bool_or(contains(filters, 'cnvLength')) AS short,
        arg_min(abuts_before, start) AS abuts_before, arg_max(abuts_after, "end") AS abuts_after
    FROM raw_calls GROUP BY sample_id, chrom, direction, event
),
sure AS (
    SELECT *, NOT thin AND quality >= 10 AND abs(ratio - 1) >= 0.2 - 1e-6 AS sensitive,
        floor(least(("end" - start) / bins / 2, ("end" - start) / 3))::INTEGER AS uncertain FROM joined
)
SELECT *, sensitive AND bins >= 2 AS credible, sensitive AND bins >= 2 AND NOT (short AND "end" - start < 10000) AS pass,
    start + CASE WHEN abuts_before THEN 0 ELSE uncertain END AS inner_start, "end" - CASE WHEN abuts_after THEN 0 ELSE uncertain END AS inner_end
FROM sure ORDER BY chrom, start
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
      AND ($level = 'all' OR ($level = 'sensitive' AND sensitive) OR ($level = 'credible' AND credible) OR ($level = 'pass' AND pass))
      AND "end" - start >= $min_length AND "end" - start <= $max_length AND bins >= $min_bins
      AND quality >= $min_quality::FLOAT AND start < $place_end AND "end" > $place_start
)
"""
_COVERED: Final = 'greatest(0, least("end", $place_end) - greatest(start, $place_start))'
_ALONE: Final = {
    "within": 'start >= $place_start AND "end" <= $place_end',
    "reciprocal:0.5": f'2 * ({_COVERED}) >= greatest("end" - start, $place_end - $place_start)',
}
"""Rules that one event meets by itself."""
_OVER: Final = """SELECT who FROM {pieces} a JOIN exons x ON x.transcript_id = $transcript AND x.{part}start < a."end" AND x.{part}end > a.start
    GROUP BY who HAVING CASE WHEN $direction = 'loss' THEN true
        ELSE 4 * sum(least(a."end", x.{part}end) - greatest(a.start, x.{part}start)) >=
             3 * (SELECT sum({part}end - {part}start) FROM exons WHERE transcript_id = $transcript) END"""
# Who meets the others with all pieces together (R7). Pieces of one person and direction do not overlap in DRAGEN's calls,
# so bases add up and abutting ones are a union.
_RULES: Final = {
    "any": 'SELECT who FROM {pieces} WHERE start < $place_end AND "end" > $place_start',
    "fraction:0.5": f"""SELECT who FROM {{pieces}} GROUP BY who HAVING 2 * sum({_COVERED}) >= $place_end - $place_start""",
    "covers": """SELECT who FROM (
        SELECT who, run, min(start) AS start, max("end") AS "end" FROM (
            SELECT *, sum(fresh) OVER (PARTITION BY who ORDER BY start) AS run FROM (
                SELECT *, CASE WHEN lag("end") OVER (PARTITION BY who ORDER BY start) = start THEN 0 ELSE 1 END AS fresh FROM {pieces}))
        GROUP BY who, run) WHERE start - $place_start <= 1000 AND 10 * (start - $place_start) <= $place_end - $place_start
            AND $place_end - "end" <= 1000 AND 10 * ($place_end - "end") <= $place_end - $place_start""",
    "coding": _OVER.replace("{part}", "coding_"),
    "exons": _OVER.replace("{part}end", '"end"').replace("{part}", ""),
}
# One row a call of the events that make carriers, with the carrier's copy number at the place and its class: the lowest n
# of a loss, the highest of a gain, for which the calls of n copies or fewer, or more, meet the rule alone.
_CARRYING: Final = """{asked},
pieces AS (SELECT sample AS who, {event_start} AS start, {event_end} AS "end" FROM asked),
carrying AS (SELECT * FROM asked WHERE sample IN ({rule})),
parts AS (
    SELECT k.sample, k.start AS event_start, k."end" AS event_end, c.start AS call_start, c."end" AS call_end, c.copy_number AS copies, c.class::VARCHAR AS class,
        greatest(c.start, {event_start_k}) AS start, least(c."end", {event_end_k}) AS "end"
    FROM carrying k JOIN raw_calls c ON c.sample_id = k.sample_id AND c.chrom = k.chrom AND c.direction = k.direction AND c.event = k.event
),
numbers AS (SELECT DISTINCT sample, copies FROM parts),
numbered AS (
    SELECT concat_ws('#', p.sample, n.copies) AS who, p.start, p."end" FROM parts p JOIN numbers n USING (sample)
    WHERE p.start < p."end" AND CASE WHEN $direction = 'loss' THEN p.copies <= n.copies ELSE p.copies >= n.copies END
),
reached AS (
    SELECT sample, CASE WHEN $direction = 'loss' THEN min(copies) ELSE max(copies) END AS copies FROM numbers
    WHERE concat_ws('#', sample, copies) IN ({rule_by_number}) GROUP BY sample
),
named AS (
    SELECT r.sample, r.copies, min(p.class) FILTER (p.class != 'low-gain') AS class, min(p.class) AS any_class FROM reached r JOIN parts p
        ON p.sample = r.sample AND p.copies = r.copies AND p.start < $place_end AND p."end" > $place_start AND p.start < p."end" GROUP BY ALL
)
SELECT p.sample, event_start, event_end, n.copies, coalesce(n.class, n.any_class), call_start, call_end FROM parts p JOIN named n USING (sample)
ORDER BY p.sample, event_start, call_start"""
# The same of rules that ask one event: its own copy number and class.
_CARRYING_ALONE: Final = """{asked}, carrying AS (SELECT * FROM asked WHERE {rule})
SELECT k.sample, k.start, k."end", k.copies, k.class, c.start, c."end" FROM carrying k
JOIN raw_calls c ON c.sample_id = k.sample_id AND c.chrom = k.chrom AND c.direction = k.direction AND c.event = k.event
ORDER BY k.sample, k.start, c.start"""


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
        """The key of `_RULES` or `_ALONE`."""
        asked = self.address.get("overlap", "coding" if "gene" in self.address else "any")
        if asked not in ("coding", "coding-touch"):
            return asked
        return "any" if self.transcript is None else "coding" if self.coding_bases else "exons"


class Event(NamedTuple):
    """An event that makes somebody a carrier, 0-based half-open; `calls` are the intervals of its calls.

    Copy number and class are the carrier's at the place, of rules that ask one event the event's own.
    """

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


def prepare(con: duckdb.DuckDBPyConnection, chroms: Sequence[str] = ()) -> None:
    """Joins the calls of the whole cohort, once, into temporary tables; of these chromosomes where there are some."""
    con.execute(_CALLS, [list(chroms)])
    con.execute(_EVENTS)


def people(con: duckdb.DuckDBPyConnection, question: Question) -> list[Person]:
    """Those who are counted."""
    statement = f"WITH {_COUNTED} SELECT sample, superpopulation, population, sex FROM counted"
    return [Person(*row) for row in _rows(con, statement, _values(question, "loss", "all"))]


def events(con: duckdb.DuckDBPyConnection, question: Question, direction: str, level: str = "") -> list[Event]:
    """The events that make carriers of a direction, at the level of the address or at another."""
    values = _values(question, direction, level or question.address.get("filter", "credible"))
    if question.rule in _ALONE:
        statement = _CARRYING_ALONE.format(asked=_ASKED, rule=_ALONE[question.rule])
    else:
        rule = _RULES[question.rule]
        # the ends of losses are drawn in where coding sequence or exons are looked at (R7)
        drawn = question.rule in ("coding", "exons") and direction == "loss"
        drawn = drawn and question.address.get("overlap") != "coding-touch"
        start, end = ("inner_start", "inner_end") if drawn else ("start", '"end"')
        statement = _CARRYING.format(
            asked=_ASKED, event_start=start, event_end=end, event_start_k=f"k.{start}", event_end_k=f"k.{end}",
            rule=rule.format(pieces="pieces"), rule_by_number=rule.format(pieces="numbered"),
        )  # fmt: skip
    found: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for *event, start, end in _rows(con, statement, values):
        found.setdefault(tuple(event), []).append((start, end))
    carrying = [Event(*event, calls=tuple(calls)) for event, calls in found.items()]
    return _asked_for(carrying, direction, values)


def _asked_for(carrying: list[Event], direction: str, values: Mapping[str, Any]) -> list[Event]:
    """The events of carriers of the class and copy number that are asked for: after the rule (R7)."""
    named = classes(carrying, direction)
    copies: dict[str, list[int]] = {}
    for event in carrying:
        copies.setdefault(event.sample, []).append(event.copies)
    farthest = min if direction == "loss" else max
    best = {sample: (farthest(numbers), named[sample]) for sample, numbers in copies.items()}
    asked, numbers = values["classes"], values["copy_numbers"]
    return [
        event
        for event in carrying
        if (not asked or {best[event.sample][1], direction} & set(asked))
        and (not numbers or best[event.sample][0] in numbers)
    ]


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
