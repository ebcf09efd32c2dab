"""The one real file: what HG00096 must show, by the published notes beside it and by two other readers."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pysam
import pytest

from data_prep.check import check
from data_prep.inputs.genes import embedded_gene_models
from tests.data_prep.built import Built, build_here, compare, compare_marks
from tests.data_prep.dragen_text import bgzip
from tests.oracle import plain

HG00096 = "dragen-3.5.7b-HG00096.cnv.vcf"
NA12891 = "dragen-3.5.7b-NA12891-4-records.cnv.vcf"
GRCH37 = "dragen-3.10.4-NA12878-grch37.cnv.vcf"
PEDIGREE = "20130606_g1k_3202_samples_ped_population.txt"


@dataclass(frozen=True)
class Real:
    """The database of HG00096 and the four records, with the pedigree and the 2,504."""

    database: Built
    paths: list[Path]
    samples: dict[str, plain.Sample]
    people: dict[str, plain.Person]


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Real:
    data = shared / "data"
    out = tmp_path_factory.mktemp("real") / "cnv.duckdb"
    unrelated = data / "samples_2504_unrelated.txt"
    paths = [data / HG00096, data / NA12891]
    database = build_here(paths, data / PEDIGREE, out, unrelated=unrelated)
    samples = plain.read_samples(data / PEDIGREE, unrelated)
    return Real(database, paths, samples, plain.read_cohort(paths, samples))


def rows(real: Real, query: str) -> list[tuple[object, ...]]:
    return real.database.rows(query.replace("HG00096", "(SELECT sample_id FROM samples WHERE sample = 'HG00096')"))


def test_hg00096_has_591_records_and_none_is_skipped(real: Real) -> None:
    """R12: 472 losses and 119 gains, 129 PASS."""
    found = rows(real, "SELECT direction::VARCHAR, count(*) FROM calls WHERE sample_id = HG00096 GROUP BY 1 ORDER BY 1")
    assert found == [("gain", 119), ("loss", 472)] or found == [("loss", 472), ("gain", 119)]
    filters = Counter(dict(rows(real, "SELECT filters, count(*) FROM calls WHERE sample_id = HG00096 GROUP BY 1")))
    assert filters == {"PASS": 129, "cnvLength": 444, "cnvBinSupportRatio": 16, "cnvQual": 2}
    found = rows(real, "SELECT records, calls, reference_rows, skipped, status, release, dialect FROM files WHERE sample_id = HG00096")  # fmt: skip
    assert found == [(591, 591, 0, 0, "read", "3.5.7b", "dragen")]
    assert rows(real, "SELECT count(*) FROM skipped_records") == [(0,)]


def test_hg00096_agrees_with_pysam_record_by_record(real: Real) -> None:
    """R1: pysam's `pos` is the 0-based start of an event, `stop` its end."""
    expected = []
    with pysam.VariantFile(str(real.paths[0])) as variants:
        for one in variants:
            values = one.samples[0]
            genotype = "/".join("." if allele is None else str(allele) for allele in values["GT"])
            row = (one.chrom, one.pos, one.stop, values["CN"], values["BC"], one.qual, ";".join(one.filter.keys()), genotype)  # fmt: skip
            expected.append((*row, "loss" if one.alts == ("<DEL>",) else "gain"))
    query = 'SELECT chrom::VARCHAR, start, "end", copy_number, bins, quality, filters, genotype, direction::VARCHAR FROM calls WHERE sample_id = HG00096'
    assert len(expected) == 591
    assert Counter(rows(real, query)) == Counter(expected)


def test_the_database_agrees_with_the_plain_reading(real: Real) -> None:
    compare(real.database, real.paths, real.samples, real.people)
    assert [finding.sentence for finding in check(real.database.path) if finding.broken] == []


def test_a_gain_of_a_man_s_x_has_two_copies(real: Real) -> None:
    """R2: chrX:104,003,382-104,050,640, 1-based."""
    query = "SELECT start + 1, \"end\", direction::VARCHAR, class::VARCHAR, copy_number, expected_copy_number, credible, pass FROM events WHERE sample_id = HG00096 AND chrom = 'chrX' AND start BETWEEN 104000000 AND 104100000"
    assert rows(real, query) == [(104_003_382, 104_050_640, "gain", "low-gain", 2, 1, True, True)]


def test_the_pseudo_autosomal_loss_of_a_man_is_of_one_copy_of_two(real: Real) -> None:
    """R2, E03: chrX:1,166,275-1,182,671."""
    query = (
        "SELECT class::VARCHAR, copy_number, expected_copy_number FROM calls WHERE chrom = 'chrX' AND start = 1166274"
    )
    assert rows(real, query) == [("partial-loss", 1, 2)]


# places of the genes on GRCh38 (Ensembl), 1-based as a browser shows them
CALLED = {
    "GSTM1": ("chr1", 109_687_814, 109_693_745, 0, True, False),
    "SIRPB1": ("chr20", 1_580_152, 1_613_199, 0, True, True),
    "OR51A2": ("chr11", 4_954_772, 4_955_713, 1, True, False),
    "ADAM3A": ("chr8", 39_451_045, 39_522_774, 1, True, True),
}
NOT_CALLED = {
    "UGT2B17": ("chr4", 68_537_222, 68_568_527),
    "SMN1": ("chr5", 70_924_941, 70_953_015),
    "SMN2": ("chr5", 70_049_523, 70_078_522),
    "AMY1A": ("chr1", 103_655_290, 103_664_554),
    "AMY1B": ("chr1", 103_687_415, 103_696_454),
    "AMY1C": ("chr1", 103_745_323, 103_758_692),
    "LCE3B": ("chr1", 152_613_811, 152_614_098),
    "LCE3C": ("chr1", 152_600_662, 152_601_086),
    "APOBEC3B": ("chr22", 38_982_347, 38_992_804),
    "HBA1": ("chr16", 176_680, 177_522),
    "HBA2": ("chr16", 172_876, 173_710),
    "RHD": ("chr1", 25_272_393, 25_330_445),
}


@pytest.mark.parametrize("gene", CALLED)
def test_the_known_deletions_are_there(real: Real, gene: str) -> None:
    """GSTM1 0, SIRPB1 0, OR51A2 1, ADAM3A 1, in DRAGEN and in phase 3; two of them are no PASS (R4)."""
    chrom, first, last, copy_number, credible, passing = CALLED[gene]
    query = f"SELECT copy_number, direction::VARCHAR, credible, pass FROM events WHERE sample_id = HG00096 AND chrom = '{chrom}' AND start < {last} AND \"end\" >= {first}"
    assert rows(real, query) == [(copy_number, "loss", credible, passing)]


@pytest.mark.parametrize("gene", NOT_CALLED)
def test_nothing_is_called_where_nothing_was(real: Real, gene: str) -> None:
    chrom, first, last = NOT_CALLED[gene]
    query = f"SELECT count(*) FROM events WHERE sample_id = HG00096 AND chrom = '{chrom}' AND start < {last} AND \"end\" >= {first}"
    assert rows(real, query) == [(0,)]


def test_87_of_the_591_records_lie_in_41_chains(real: Real) -> None:
    """R3: END of one is POS of the next; a chain is one event but for its steps between solid sides."""
    query = """SELECT a.start, a.chrom::VARCHAR, b.start, a.event_id = b.event_id, a.copy_number = b.copy_number, least(a.bins, b.bins) FROM calls a
        JOIN calls b ON a.sample_id = b.sample_id AND a.chrom = b.chrom AND a.direction = b.direction AND a."end" = b.start WHERE a.sample_id = HG00096"""
    joints = rows(real, query)
    members = {(chrom, start) for left, chrom, right, *_ in joints for start in (left, right)}
    assert len(members) == 87
    assert len(members) - len(joints) == 41
    assert all(together == (same or bins < 3) for *_, together, same, bins in joints)  # type: ignore[operator]
    cut = sum(not together for _, _, _, together, _, _ in joints)
    assert 0 < cut < len(joints)
    assert rows(real, "SELECT count(*) FROM events WHERE sample_id = HG00096") == [(591 - len(joints) + cut,)]


LEVELS = {"pass": (69, 60, 134), "credible": (365, 97, 496), "sensitive": (419, 103, 556), "all": (438, 119, 591)}
"""Losses, gains and records in them at each level (R4)."""
OF_ONE_BIN = (
    12, 13, 16, 36, 49, 66, 68, 86, 134, 139, 140, 150, 152, 159, 160, 163, 173, 198, 200, 231, 238, 244, 253, 262, 271,
    291, 302, 309, 312, 316, 320, 337, 338, 346, 361, 371, 375, 384, 394, 400, 408, 413, 414, 420, 421, 425, 456, 466, 490,
    499, 540, 549, 552, 562, 567, 572, 574, 575, 576, 581,
)  # fmt: skip
"""Numbers in the file, from 1, of the records that are sensitive and no longer credible: alone, and of one bin."""


@pytest.mark.parametrize("level", LEVELS)
def test_how_many_events_hg00096_has_at_each_level(real: Real, level: str) -> None:
    """R4."""
    meets = "true" if level == "all" else level
    query = f"""SELECT count(*) FILTER (direction = 'loss'), count(*) FILTER (direction = 'gain'), sum(parts) FROM events
        WHERE sample_id = HG00096 AND {meets}"""
    assert rows(real, query) == [LEVELS[level]]


def test_the_records_that_need_a_second_bin_are_those_of_one(real: Real) -> None:
    """R4: by pysam, the file's own records; each is an event by itself."""
    with pysam.VariantFile(str(real.paths[0])) as variants:
        records = list(variants)
    found = rows(real, "SELECT chrom::VARCHAR, start, \"end\", parts, bins FROM events WHERE sample_id = HG00096 AND sensitive AND NOT credible")  # fmt: skip
    expected = [
        (one.chrom, one.pos, one.stop, 1, 1)
        for one in (records[number - 1] for number in OF_ONE_BIN)
        if one.samples[0]["BC"] == 1
    ]
    assert Counter(found) == Counter(expected)
    assert len(expected) == len(OF_ONE_BIN) == 60


LOST = {
    "BTNL3": 1, "BTNL8": 1, "CES1": 0, "FAM90A26": 0, "GBP3": 0, "GHR": 1, "GSTM1": 0, "HLA-DRB1": 1, "HLA-DRB5": 1, "KIR2DL1": 0,
    "KIR2DL3": 0, "NAIP": 0, "NTAN1": 0, "OR51A4": 1, "PDXDC1": 0, "RRN3": 0, "SIGLEC14": 1, "SPATA45": 1, "SPINK14": 1,
    "TAS2R43": 0, "ZAN": 1,
}  # fmt: skip
"""Genes whose coding sequence a credible loss of HG00096 takes once its ends are drawn in, and the copies left there (R7)."""
REACHED = {
    "CAMK2B": 1, "FAM149A": 1, "HLA-DPA1": 1, "KRTAP9-6": 0, "LCE1D": 1, "LCE1E": 1, "OPRL1": 1, "OR51A2": 1, "PDLIM3": 1,
    "PDSS1": 1, "PKHD1": 1, "VSTM1": 1, "ZNF490": 1,
}  # fmt: skip
"""Those that it touches by no more than the uncertainty of its ends."""
JOINED_TO_NONE = ("FAM149A", "PDSS1", "ZNF490")
"""Genes of one copy whose event has none, since its larger part lies elsewhere."""


def test_of_34_genes_21_are_lost_and_11_of_them_wholly_at_the_place(real: Real) -> None:
    """R7: by stored events and calls and all gene models, counted in SQL, and by the plain reading of the file."""
    models = embedded_gene_models()
    person = real.people["HG00096"]
    losses: dict[str, list[tuple[int, int]]] = {}
    for event in person.events:
        if event.direction == "loss":
            losses.setdefault(event.chrom, []).append((event.start, event.end))
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in models.exons.iter_rows(named=True):
        parts.setdefault(row["gene_id"], []).append(row)
    found: dict[str, dict[str, int | None]] = {"coding": {}, "coding-touch": {}}
    for gene in models.genes.iter_rows(named=True):
        coding = [(p["coding_start"], p["coding_end"]) for p in parts.get(gene["gene_id"], ()) if p["coding_start"]]
        if not coding:
            continue
        place = plain.Place(gene["chrom"], gene["start"], gene["end"], coding)
        if not any(start < place.end and end > place.start for start, end in losses.get(place.chrom, ())):
            continue
        for rule, genes in found.items():
            carrier = plain.carried(person, place, "loss", plain.Filters(rule=rule))
            if carrier:
                genes[gene["symbol"]] = carrier.copy_number
    assert found == {"coding": LOST, "coding-touch": LOST | REACHED}
    assert (len(LOST), sum(n == 0 for n in LOST.values())) == (21, 11)
    with duckdb.connect(str(real.database.path.resolve()), read_only=True) as con:
        con.register("all_exons", models.exons.to_arrow())
        con.register("all_genes", models.genes.select("gene_id", "symbol").to_arrow())
        query = """SELECT symbol, min(copies) FROM (
              SELECT g.symbol, e.copy_number AS copies FROM events e JOIN all_exons x ON x.chrom = e.chrom::VARCHAR
                AND x.coding_start < {end} AND x.coding_end > {start} JOIN all_genes g USING (gene_id) JOIN samples s USING (sample_id)
              WHERE s.sample = 'HG00096' AND e.credible AND e.direction = 'loss') GROUP BY symbol"""
        drawn = dict(con.execute(query.format(start="e.inner_start", end="e.inner_end")).fetchall())
        touched = dict(con.execute(query.format(start="e.start", end='e."end"')).fetchall())
    assert set(drawn) == set(LOST)
    assert set(touched) == set(LOST) | set(REACHED)
    # by the whole event's number fifteen would be complete losses
    assert sum(n == 0 for n in touched.values()) == 15
    assert {gene for gene, n in touched.items() if n == 0 and (LOST | REACHED)[gene] == 1} == set(JOINED_TO_NONE)


def test_no_chromosome_of_hg00096_is_marked(real: Real) -> None:
    """R11."""
    assert compare_marks(real.database, real.people) == []


def test_the_person_is_the_pedigree_s(real: Real) -> None:
    found = rows(real, "SELECT superpopulation, population, sex::VARCHAR, caller_sex::VARCHAR, unrelated, counted, sex_mismatch FROM samples WHERE sample = 'HG00096'".replace("'HG00096'", "'HG' || '00096'"))  # fmt: skip
    assert found == [("EUR", "GBR", "XY", "XY", True, True, False)]
    assert rows(real, "SELECT count(*), sum(counted::INTEGER), sum(unrelated::INTEGER) FROM samples") == [
        (3_203, 2, 2_504)
    ]


def test_the_four_records_of_na12891(real: Real) -> None:
    """A sample that the pedigree does not name; a man by the genotype of his X."""
    query = "SELECT chrom::VARCHAR, start, \"end\", class::VARCHAR, copy_number, bins, filters FROM calls WHERE sample_id = (SELECT sample_id FROM samples WHERE sample = 'SA0001') ORDER BY chrom, start"
    assert real.database.rows(query) == [
        ("chr1", 124_941_718, 124_975_661, "low-gain", 3, 20, "PASS"),
        ("chr1", 153_710_046, 153_720_849, "partial-loss", 1, 6, "PASS"),
        ("chr1", 155_215_381, 155_216_788, "partial-loss", 1, 1, "cnvLength"),
        ("chrX", 154_548_409, 154_554_958, "low-gain", 2, 5, "cnvLength"),
    ]


def test_the_file_of_grch37_is_refused_and_the_rest_is_read(shared: Path, tmp_path: Path) -> None:
    """E27."""
    data = shared / "data"
    zipped = tmp_path / "HG00096.cnv.vcf.gz"
    zipped.write_bytes(bgzip((data / HG00096).read_bytes()))
    database = build_here([zipped, data / GRCH37], data / PEDIGREE, tmp_path / "cnv.duckdb")
    assert database.rows("SELECT path LIKE '%NA12878%', status FROM files ORDER BY 1") == [
        (False, "read"),
        (True, "refused"),
    ]
    assert database.rows("SELECT message LIKE '%249,250,621%GRCh38 248,956,422%' FROM files WHERE status = 'refused'") == [(True,)]  # fmt: skip
    assert database.rows("SELECT count(*) FROM calls") == [(591,)]
