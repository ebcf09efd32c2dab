"""An address of the catalogue (R13): region, gene, filters and bounds, with every fault told, and written back as it was."""

from collections.abc import Callable

import pytest

from dashboard.door.catalogue import require_catalogue, resolve_catalogue
from dashboard.door.refusal import RefusedError
from dashboard.question.catalogue import Catalogue, Genes
from dashboard.store.database import Generation
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from tests.dashboard.demonstration import GSTM1, demonstration
from tests.dashboard.small_database import Contents

CONTENTS = demonstration()


def test_an_address_is_read_and_written_back(in_memory: Callable[[Contents], Generation]) -> None:
    database = in_memory(CONTENTS)
    values = {"region": "chr1:1-1000000", "class": "loss", "population": "AFR", "min_length": "5000", "sort": "-fst", "genes": "coding"}  # fmt: skip
    question = resolve_catalogue(database, values)
    assert question.problems == ()
    assert question.place == Interval("chr1", 0, 1_000_000)
    assert question.catalogue == Catalogue(genes=Genes.CODING, sort="-fst")
    assert (question.filters.classes, question.filters.populations, question.filters.min_length) == ((CallClass.LOSS,), ("AFR",), 5_000)  # fmt: skip
    assert resolve_catalogue(database, question.query()) == question
    gene = resolve_catalogue(database, {"region": "gstm1"})
    assert gene.place == Interval("chr1", GSTM1.start, GSTM1.end)
    assert gene.query() == {"region": "GSTM1"}
    assert resolve_catalogue(database, {}).query() == {}


def test_every_fault_is_told_and_a_file_is_refused(in_memory: Callable[[Contents], Generation]) -> None:
    database = in_memory(CONTENTS)
    faults = {"region": "chr99:1-2", "class": "huge", "sort": "size", "overlap": "covers", "min_quality": "20", "colour": "red"}  # fmt: skip
    question = resolve_catalogue(database, faults)
    assert {problem.parameter for problem in question.problems} == set(faults)
    assert (question.place, question.catalogue) == (None, Catalogue())
    with pytest.raises(RefusedError) as refused:
        require_catalogue(database, faults)
    assert refused.value.status == 400
    assert len(refused.value.refusal.problems) == len(question.problems)
