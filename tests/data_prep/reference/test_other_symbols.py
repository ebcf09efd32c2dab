"""Which other symbols of genes the box gets to know, from rows as NCBI Gene has them."""

from data_prep.make_reference.make_symbols import other_symbols

CURRENT = {"ENSG01": "NEW1", "ENSG02": "OTHER2", "ENSG03": "OLD3"}


def test_other_symbols_are_those_that_no_gene_bears_now() -> None:
    rows = [
        # another symbol, the gene's id, its symbol at NCBI
        ("OLD1", "ENSG01", "NEW1"),
        ("new1", "ENSG01", "NEW1"),
        ("other2", "ENSG01", "NEW1"),
        ("SHARED", "ENSG01", "NEW1"),
        ("SHARED", "ENSG02", "OTHER2"),
        ("OLD4", "ENSG04", "NEW4"),
        ("D", "ENSG01", "NEW1"),
        ("two words", "ENSG01", "NEW1"),
        ("OLD3", "ENSG03", "NEWER3"),
    ]
    assert other_symbols(rows, CURRENT) == [
        ("NEWER3", "ENSG03"), ("OLD1", "ENSG01"), ("SHARED", "ENSG01"), ("SHARED", "ENSG02"),
    ]  # fmt: skip
