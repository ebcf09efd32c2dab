"""Every SQL statement of the store names only what `data_prep/tables/schema.sql` has, and answers with the types it says."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import polars as pl
import pytest

import dashboard.store
from dashboard.store.database import Generation, Statement
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents

VALUES = {
    "chrom": "chr1",
    "start": 0,
    "end": 10,
    "reach_start": 0,
    "reach_end": 10,
    "samples": [0, 1],
    "site": 0,
    "sites": [0, 1],
    "known": True,
    "first": 0,
    "last": 1,
    "directions": ["loss"],
    "level": "credible",
    "every": True,
    "sensitive": False,
    "everyone": True,
    "outliers": True,
    "populations": ["AFR"],
    "sex": "XX",
    "classes": ["complete-loss"],
    "copy_numbers": [0],
    "events": [0, 1],
    "name": "GSTM1",
    "gene_id": "ENSG00000134184",
    "identifier": False,
    "limit": 5,
    "text": "SIM000",
    "most": 3,
    "edits": 1,
    "transcript_id": "ENST00000309851",
    "band": "p13.3",
    "stem": "p13.3.",
    "event": 1,
    "first_chrom": "chr1",
    "last_chrom": "chr1",
    "first_start": 0,
    "last_start": 1_000_000,
    "kinds": ["blind"],
    "grouped_by": "all",
    "code": "all",
    "people": [10] * 24,
    "without_share": ["blind"],
    "min_length": 1,
    "max_length": 1_000_000,
    "min_quality": 1.0,
    "min_bins": 1.0,
    "genes": "any",
    "few_bins": "include",
    "multi_allelic": "include",
    "problem": "include",
    "min_fst": 0.0,
    "min_vst": 0.0,
    "max_q": 1.0,
    "min_trios": 1,
    "min_transmission": 0.0,
    "max_transmission": 1.0,
    "min_frequency": 0.0,
    "max_frequency": 1.0,
    "min_carriers": 1,
    "sort": "frequency",
    "descending": True,
    "offset": 0,
    "sample": "HG00096",
    "sample_id": 1,
    "cohort": "unrelated",
    "superpopulation": "all",
    "size": 1_000_000,
    "population": "GBR",
}


def statements() -> Iterator[tuple[str, Statement]]:
    for module in pkgutil.walk_packages(dashboard.store.__path__, "dashboard.store."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Statement):
                yield f"{module.name}.{name}", value


# a statement that one module imports from another is bound once
ALL = dict({id(value): (name, value) for name, value in statements()}.values())


def test_the_statements_are_found() -> None:
    assert len(ALL) >= 14


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("contents", [Contents(), demonstration()], ids=["empty", "full"])
def test_a_statement_binds_and_answers_as_it_says(
    in_memory: Callable[[Contents], Generation], name: str, contents: Contents
) -> None:
    statement = ALL[name]
    assert statement.parameters <= VALUES.keys()
    database = in_memory(contents)
    given = {name: VALUES[name] for name in statement.parameters}
    with database._cursor() as cursor:
        # As DuckDB types it, and not as the store reads it.
        answer = pl.from_arrow(cursor.sql(statement.text, params=given).to_arrow_table())
    assert isinstance(answer, pl.DataFrame)
    assert dict(answer.schema) == dict(statement.columns)
    assert dict(database.frame(statement, VALUES).schema) == dict(statement.columns)
