"""Manta, Delly and Lumpy: deletions and duplications in every notation, what is none, carriers, and filters."""

import pytest

from data_prep.reading.calls import Skip
from tests.data_prep.reading.dialects.outcome import brief, call, outcome
from tests.data_prep.reading.dialects.texts import CALLERS, Caller

MANTA, DELLY, LUMPY = CALLERS["manta"], CALLERS["delly"], CALLERS["lumpy"]
ALL = pytest.mark.parametrize("caller", [MANTA, DELLY, LUMPY], ids=["Manta", "Delly", "Lumpy"])


def values(caller: Caller, gt: str) -> str:
    return {"manta": f"{gt}:PASS:50:20,18", "delly": f"{gt}:30:PASS:100:50:100:.", "lumpy": f"{gt}:9:6:3"}[caller.name]


def variant(caller: Caller, alt: str, svtype: str, gt: str = "0/1", chrom: str = "chr1", *, text: str = "", **more: object) -> str:  # fmt: skip
    return caller.record(chrom, 5_000_000, 5_040_000, alt, text or values(caller, gt), f"SVTYPE={svtype};SVLEN=-40000", **more)  # type: ignore[arg-type]  # fmt: skip


@ALL
@pytest.mark.parametrize(
    ("alt", "svtype", "gt", "what"),
    [
        ("<DEL>", "DEL", "0/1", ("partial-loss", 1)),
        ("<DEL>", "DEL", "1/1", ("complete-loss", 0)),
        ("<DEL>", "DEL", "0|1", ("partial-loss", 1)),
        ("<DEL:ME>", "DEL", "0/1", ("partial-loss", 1)),
        ("<DEL>", "DEL", "./1", ("loss", None)),
        ("<DUP>", "DUP", "0/1", ("gain", None)),
        ("<DUP:TANDEM>", "DUP", "1/1", ("gain", None)),
        ("<DUP>", "DUP", "0/0", Skip.NOT_CARRIED.value),
        ("<DEL>", "DEL", "0/0", Skip.NOT_CARRIED.value),
        ("<INV>", "INV", "0/1", Skip.NOT_CNV.value),
        ("<INS>", "INS", "0/1", Skip.NOT_CNV.value),
        ("<CPX>", "CPX", "0/1", Skip.NOT_CNV.value),
        ("<CNV:TR>", "CNV", "0/1", Skip.NOT_CNV.value),
        ("N]chr2:321681]", "BND", "0/1", Skip.NOT_CNV.value),
        ("[chr2:321681[N", "BND", "1/1", Skip.NOT_CNV.value),
        ("N.", "BND", "0/1", Skip.NOT_CNV.value),
    ],
)
def test_notations_are_calls_or_have_a_reason(caller: Caller, alt: str, svtype: str, gt: str, what: object) -> None:
    """R2, R12: none is lost."""
    found = outcome(caller, variant(caller, alt, svtype, gt))
    assert brief(found) == what
    if isinstance(found, dict):
        assert (found["start"], found["end"], found["bins"], found["copy_ratio"]) == (5_000_000, 5_040_000, None, None)


@ALL
@pytest.mark.parametrize(
    ("ref", "alt", "svtype", "what"),
    [
        ("ACGTACGTAC", "A", "DEL", ("partial-loss", 1)),
        ("ACGTACGTAC", "ATT", "DEL", ("partial-loss", 1)),
        ("ACGTACGTAC", "A", "INS", Skip.NOT_CNV.value),
        ("A", "ACGTACGTAC", "INS", Skip.NOT_CNV.value),
        ("A", "ACGTACGTAC", "DEL", Skip.NOT_CNV.value),
        ("ACGTACGTAC", "A", "SNV", Skip.NOT_CNV.value),
    ],
)
def test_deletions_spelt_out_lie_behind_their_pos(
    caller: Caller, ref: str, alt: str, svtype: str, what: object
) -> None:
    """R1: the base at POS stays, whether the ALT is symbolic or not."""
    text = caller.record("chr1", 999, 1009, alt, values(caller, "0/1"), f"SVTYPE={svtype};SVLEN=-9", ref=ref)
    found = outcome(caller, text)
    assert brief(found) == what
    if isinstance(found, dict):
        assert (found["start"], found["end"]) == (999, 1009)


@ALL
@pytest.mark.parametrize(
    ("chrom", "pos", "alt", "info", "reason"),
    [
        ("chr1", 5_000_000, "<INS>", "SVTYPE=INS;END=5000000;SVLEN=310", Skip.NOT_CNV),
        ("chr1", 5_000_000, "A" * 310, "SVTYPE=INS;END=5000000;SVLEN=309", Skip.NOT_CNV),
        ("chr1", 5_000_000, "<INS>", "SVTYPE=INS", Skip.NOT_CNV),
        ("chr1", 5_000_000, "<INV>", "SVTYPE=INV;END=4000000", Skip.NOT_CNV),
        ("chr1", 5_000_000, "<INV>", "SVTYPE=INV;END=900000000", Skip.NOT_CNV),
        ("chr1", 5_000_000, "N]chr2:321681]", "SVTYPE=BND;MATEID=MantaBND:1:0:1:0:0:0:1", Skip.NOT_CNV),
        ("chr1", 5_000_000, "[chr2:321681[N", "SVTYPE=BND;CHR2=chr2;END=5000000", Skip.NOT_CNV),
        ("chr1", 5_000_000, "<DEL>", "SVTYPE=DEL", Skip.NO_END),
        ("chr1", 5_000_000, "<DEL>", "SVTYPE=DEL;END=5000000", Skip.ORDER),
        ("chr1", 5_000_000, "<DUP>", "SVTYPE=DUP;END=900000000", Skip.BEYOND),
        ("chrM", 500, "<INS>", "SVTYPE=INS;END=500", Skip.MITOCHONDRION),
        ("chr1", "five", "<INS>", "SVTYPE=INS;END=500", Skip.MALFORMED),
    ],
)
def test_what_is_no_copy_number_is_not_asked_for_its_end(
    caller: Caller, chrom: str, pos: object, alt: str, info: str, reason: Skip
) -> None:
    """R12: an insertion ends where it starts and a breakend nowhere, and neither is a damaged record."""
    line = "\t".join((chrom, str(pos), ".", "N", alt, "50", "PASS", info, caller.form, values(caller, "0/1")))
    assert outcome(caller, line) == reason.value


@ALL
@pytest.mark.parametrize(
    ("chrom", "alt", "gt", "sex", "what"),
    [
        ("chrX", "<DEL>", "1/1", "XY", ("complete-loss", 0)),
        ("chrX", "<DEL>", "0/1", "XY", ("loss", None)),
        ("chrX", "<DEL>", "0/1", "XX", ("partial-loss", 1)),
        ("chrX", "<DEL>", "1", "XY", ("complete-loss", 0)),
        ("chrX", "<DUP>", "0/1", "XY", ("gain", None)),
        ("chrY", "<DEL>", "0/1", "XX", ("unexpected", None)),
        ("chrX", "<DEL>", "0/1", None, ("loss", None)),
    ],
)
def test_two_alleles_on_a_man_s_x_are_no_two_copies(caller: Caller, chrom: str, alt: str, gt: str, sex: str | None, what: object) -> None:  # fmt: skip
    """R2: the allele count of these genotypes is not the ploidy."""
    assert brief(outcome(caller, variant(caller, alt, alt[1:4], gt, chrom), sex)) == what


@ALL
def test_a_file_without_genotypes_has_calls_of_direction(caller: Caller) -> None:
    text = caller.record("chr1", 5_000, 9_000, "<DEL>", "9", "SVTYPE=DEL", form="PE")
    assert brief(outcome(caller, text)) == ("loss", None)


@pytest.mark.parametrize(
    ("record_filter", "ft", "filters"),
    [
        ("PASS", "PASS", "PASS"),
        ("SampleFT", "MinGQ", "MinGQ"),
        ("SampleFT", "PASS", "PASS"),
        ("MaxDepth", "PASS", "MaxDepth"),
        ("MaxDepth;Ploidy", "MinGQ", "MaxDepth;Ploidy;MinGQ"),
        ("PASS", ".", "PASS"),
        (".", ".", "."),
        ("MinQUAL", "MinQUAL", "MinQUAL"),
    ],
)
def test_filters_of_record_and_sample_stand_together(record_filter: str, ft: str, filters: str) -> None:
    """R4: every value is kept; SampleFT only points to FT."""
    text = variant(MANTA, "<DEL>", "DEL", text=f"0/1:{ft}:50:1,2", filters=record_filter, quality=310)
    found = call(MANTA, text)
    assert (found["filters"], found["quality"]) == (filters, 310)


@pytest.mark.parametrize("gt", ["./.", "."])
def test_what_is_not_genotyped_is_not_told(gt: str) -> None:
    for caller in (MANTA, DELLY):
        assert outcome(caller, variant(caller, "<DEL>", "DEL", gt)) == Skip.NO_GENOTYPE.value


@pytest.mark.parametrize(
    ("alt", "text", "what"),
    [
        ("<DEL>", "./.:9:6:3", ("loss", None)),
        ("<DUP:TANDEM>", "./.:9:6:3", ("gain", None)),
        ("<DEL>", "./.:0:0:0", Skip.NO_GENOTYPE.value),
        ("<DEL>", "./.", Skip.NO_GENOTYPE.value),
        ("<DEL>", "0/0:9:6:3", Skip.NOT_CARRIED.value),
        ("<INV>", "./.:9:6:3", Skip.NOT_CNV.value),
    ],
)
def test_lumpy_before_svtyper_goes_by_supporting_reads(alt: str, text: str, what: object) -> None:
    assert brief(outcome(LUMPY, variant(LUMPY, alt, alt[1:4], text=text))) == what


@pytest.mark.parametrize(
    ("alt", "gt", "rdcn", "what"),
    [
        ("<DUP>", "0/1", 3, ("low-gain", 3)),
        ("<DUP>", "1/1", 5, ("high-gain", 5)),
        ("<DUP>", "0/1", 2, ("gain", None)),
        ("<DUP>", "0/1", -1, ("gain", None)),
        ("<DEL>", "0/1", 2, ("partial-loss", 1)),
        ("<DEL>", "1/1", 1, ("complete-loss", 0)),
    ],
)
def test_delly_s_depth_counts_for_duplications(alt: str, gt: str, rdcn: int, what: object) -> None:
    text = variant(DELLY, alt, alt[1:4], text=f"{gt}:30:PASS:100:50:100:{rdcn}")
    assert brief(outcome(DELLY, text)) == what


@pytest.mark.parametrize(("cn", "sex", "what"), [(1, "XX", ("partial-loss", 1)), (1, "XY", Skip.EXPECTED.value), (2, "XY", ("low-gain", 2)), (".", "XX", Skip.NO_DIRECTION.value)])  # fmt: skip
def test_delly_cnv_counts_copies(cn: object, sex: str, what: object) -> None:
    text = variant(DELLY, "<CNV>", "CNV", "0/1", "chrX", text=f"0/1:{cn}:50", form="GT:CN:GQ")
    assert brief(outcome(DELLY, text, sex)) == what
