"""Gene models of a few genes, for builds in tests: writing all of them takes a second, and the import does not look at them."""

import dataclasses
from functools import cache

import polars as pl

from data_prep.inputs.genes import GeneModels, embedded_gene_models


@cache
def few_genes() -> GeneModels:
    """Some of the embedded gene models, whole."""
    models = embedded_gene_models()
    genes = models.genes.filter(pl.col("symbol").is_in(["GSTM1", "SIRPB1", "OR51A2", "ADAM3A", "RHD", "DMD", "SRY"]))
    here = pl.col("gene_id").is_in(genes.get_column("gene_id").to_list())
    return dataclasses.replace(
        models, genes=genes, transcripts=models.transcripts.filter(here), exons=models.exons.filter(here)
    )
