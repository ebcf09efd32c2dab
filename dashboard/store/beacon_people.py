"""People as Beacon shows them: sex, ancestry, family and the chromosomes that are marked (rules R2, R5, R11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from dashboard.store.database import Generation, Statement

# One row a sample of these numbers.
SAMPLES: Final = Statement(
    """SELECT sample_id, sample, superpopulation, population, sex::VARCHAR AS sex, family, father, mother, unrelated, sex_mismatch,
    sex_mismatch_reason
FROM samples WHERE sample_id IN (SELECT unnest($samples)::UINTEGER)""",
    {
        "sample_id": pl.UInt32,
        "sample": pl.String,
        "superpopulation": pl.String,
        "population": pl.String,
        "sex": pl.String,
        "family": pl.String,
        "father": pl.String,
        "mother": pl.String,
        "unrelated": pl.Boolean,
        "sex_mismatch": pl.Boolean,
        "sex_mismatch_reason": pl.String,
    },
)

# One row a marked chromosome of these samples and direction.
MARKS: Final = Statement(
    """SELECT sample_id, chrom::VARCHAR AS chrom, direction::VARCHAR AS direction, reason FROM marked_samples
WHERE sample_id IN (SELECT unnest($samples)::UINTEGER) ORDER BY sample_id, marked_samples.chrom, marked_samples.direction""",
    {"sample_id": pl.UInt32, "chrom": pl.String, "direction": pl.String, "reason": pl.String},
)

# One row a child of these samples.
CHILDREN: Final = Statement(
    """SELECT parent, sample FROM (
    SELECT father_id AS parent, sample FROM samples UNION ALL SELECT mother_id, sample FROM samples
) WHERE parent IN (SELECT unnest($samples)::UINTEGER) ORDER BY parent, sample""",
    {"parent": pl.UInt32, "sample": pl.String},
)


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """One person."""

    facts: Mapping[str, object]
    """A row of `SAMPLES`."""
    marks: tuple[tuple[str, str, str], ...]
    """Chromosome, direction and reason of each mark."""
    children: tuple[str, ...]


def person_answers(database: Generation, samples: Sequence[int]) -> list[PersonAnswer]:
    """The people of these numbers, in their order."""
    if not samples:
        return []
    values = {"samples": list(samples)}
    marks: dict[int, list[tuple[str, str, str]]] = {}
    for number, *mark in database.frame(MARKS, values).iter_rows():
        marks.setdefault(number, []).append((mark[0], mark[1], mark[2]))
    children: dict[int, list[str]] = {}
    for parent, child in database.frame(CHILDREN, values).iter_rows():
        children.setdefault(parent, []).append(child)
    rows = {row["sample_id"]: row for row in database.frame(SAMPLES, values).iter_rows(named=True)}
    return [
        PersonAnswer(rows[number], tuple(marks.get(number, [])), tuple(children.get(number, [])))
        for number in samples
        if number in rows
    ]
