"""The overlap rules as people read them (R7)."""

import re

from dashboard.question.filters import GENE_OVERLAPS
from dashboard.question.target import Pieces
from dashboard.words import overlap_rules
from data_prep.domain.copy_number import Direction


def test_touching_is_never_called_losing_r7() -> None:
    for direction in (Direction.LOSS, Direction.GAIN):
        said = [overlap_rules.headline_verb(direction, overlap, Pieces.CODING) for overlap in GENE_OVERLAPS]
        # a gain is counted alike whether the ends of losses are drawn in or not
        assert len(set(said)) == len(said) - (direction is Direction.GAIN)
        touched = said[[overlap.rule.value for overlap in GENE_OVERLAPS].index("any")]
        assert touched.startswith("Touched by")
    assert not any(re.search("delet|pathogen|normal", text) for text in said)
