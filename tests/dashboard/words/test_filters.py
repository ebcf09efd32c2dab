"""What the filters choose, as people read it."""

import pytest

from dashboard.question.filters import Cohort, Filters, Overlap, Rule, Sex
from dashboard.words import filters as filter_words
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level


def test_what_is_counted_reads_as_a_sentence() -> None:
    filters = Filters(
        classes=(CallClass.COMPLETE_LOSS, CallClass.GAIN),
        level=Level.PASS,
        cohort=Cohort.ALL,
        sex=Sex.XX,
        populations=("AFR", "GBR"),
        min_length=1_000,
        min_bins=3,
        copy_numbers=(0, 3),
    )
    assert filter_words.events(filters) == "complete losses and gains at PASS"
    assert filter_words.filter_limits(filters) == "of 1 kb or more, with copy number 0 or 3 and with 3 bins or more"
    assert filter_words.group(filters) == "XX people of AFR and GBR"
    assert filter_words.events(Filters()) == "credible losses and gains"
    assert filter_words.group(Filters()) == "unrelated people"
    assert filter_words.filter_limits(Filters()) == ""


@pytest.mark.parametrize(
    ("filters", "drawn", "in_genes"),
    [
        (
            Filters(),
            "credible losses and gains",
            "credible losses and gains of coding sequence, gene by gene",
        ),
        (
            Filters(level=Level.ALL, min_length=10_000, overlap=Overlap(Rule.COVERS)),
            "losses and gains, whatever their filter, of 10 kb or more",
            "losses and gains, whatever their filter, that cover the gene but for 1 kb, and at most a tenth of it, at either end, gene by gene, of 10 kb or more",
        ),
    ],
)
def test_what_is_drawn_has_no_rule_and_genes_have_their_own_r7_r8(filters: Filters, drawn: str, in_genes: str) -> None:
    assert filter_words.events_drawn(filters) == drawn
    assert filter_words.events_counted_by_gene(filters) == in_genes
