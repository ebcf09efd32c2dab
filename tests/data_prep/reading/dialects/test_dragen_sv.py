"""DRAGEN's structural variants: told from its depth calls by the header, and read as Manta's are; releases of every form."""

import pytest

from data_prep.reading.calls import Skip
from data_prep.reading.dialects import recognise
from data_prep.reading.vcf import parse_header
from tests.data_prep.reading.dialects.outcome import brief, call, outcome
from tests.data_prep.reading.dialects.texts import CALLERS

DRAGEN_SV = CALLERS["dragen-sv"]

_VERSION = '##DRAGENVersion=<ID=dragen,Version="{}">'
_DEPTH = '##FORMAT=<ID=SM,Number=1,Type=Float,Description="Linear copy ratio of the segment mean">'
_READS = '##FORMAT=<ID=PR,Number=.,Type=Integer,Description="Spanning paired-read support">'


@pytest.mark.parametrize(
    ("lines", "name", "release"),
    [
        ([_VERSION.format("SW: 07.021.704.4.0.3, HW: 07.021.704"), "##source=DRAGEN_SV"], "dragen-sv", "4.0.3"),
        ([_VERSION.format("SW: 4.2.4, HW: Unknown"), "##source=DRAGEN_SV", _READS], "dragen-sv", "4.2.4"),
        (["##source=DRAGEN 05.021.602.3.9.5"], "dragen-sv", "3.9.5"),
        ([_VERSION.format("SW: 05.021.408.3.4.12, HW: 05.021.408"), "##source=GenerateSVCandidates 1.6.0"], "dragen-sv", "3.4.12"),
        ([_VERSION.format("SW: 05.021.408.3.4.12, HW: 05.021.408"), _READS], "dragen-sv", "3.4.12"),
        (["##source=GenerateSVCandidates 1.6.0", _READS], "manta", "1.6.0"),
        # depth calls, alone and beside junctions
        ([_VERSION.format("SW: 4.4.5, HW: 07.031.781"), "##source=DRAGEN_CNV_SV"], "dragen", "4.4.5"),
        ([_VERSION.format("SW: 4.4.5, HW: 07.031.781"), "##source=DRAGEN_CNV_SV", _READS, _DEPTH], "dragen", "4.4.5"),
        ([_VERSION.format("SW: 4.4.5, HW: 07.031.781"), "##source=DRAGEN_SV", "##source=DRAGEN_CNV"], "dragen", "4.4.5"),
        ([_VERSION.format("SW: 05.021.510.3.5.7b, HW: 05.021.510"), _DEPTH], "dragen", "3.5.7b"),
        ([_VERSION.format("SW: 05.021.510.3.5.7b, HW: 05.021.510")], "dragen", "3.5.7b"),
        ([_VERSION.format("SW: 4.4.5, HW: 07.031.781"), _READS, _DEPTH], "dragen", "4.4.5"),
        ([_VERSION.format("SW: 4.4.5, HW: 07.031.781"), "##source=DRAGEN_SV", _DEPTH], "dragen", "4.4.5"),
        (["##source=DRAGEN_CNV"], "dragen", "unknown"),
    ],
)  # fmt: skip
def test_headers_of_dragen(lines: list[str], name: str, release: str) -> None:
    """R12."""
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS"
    header = parse_header("\n".join(["##fileformat=VCFv4.2", *lines, columns]))
    assert (recognise(header).name, recognise(header).release(header)) == (name, release)


def test_the_sex_that_dragen_was_told_holds() -> None:
    """R2."""
    extra = ['##DRAGENCommandLine=<ID=dragen,CommandLineOptions="--enable-sv true --sample-sex FEMALE">']
    header = parse_header(DRAGEN_SV.header(extra=extra))
    assert recognise(header).caller_sex(header) == "XX"


@pytest.mark.parametrize(
    ("record_id", "ref", "alt", "svtype", "values", "what"),
    [
        ("DRAGEN:DEL:81:0:1:0:0:0", "N", "<DEL>", "DEL", "0/1:PASS:50:20,18", ("partial-loss", 1)),
        ("DRAGEN:DEL:81:0:1:0:0:0", "N", "<DEL>", "DEL", "1/1:PASS:50:20,18", ("complete-loss", 0)),
        ("DRAGEN:DUP:TANDEM:7:0:1:0:0:0", "N", "<DUP:TANDEM>", "DUP", "0/1:PASS:50:20,18", ("gain", None)),
        ("DRAGEN:DEL:81:0:1:0:0:0", "A" * 71, "A", "DEL", "0/1:PASS:50:20,18", ("partial-loss", 1)),
        ("DRAGEN:DEL:81:0:1:0:0:0", "N", "<DEL>", "DEL", "0/0:HomRef:50:20,0", Skip.NOT_CARRIED.value),
        ("DRAGEN:INS:81:0:1:0:0:0", "N", "<INS>", "INS", "0/1:PASS:50:20,18", Skip.NOT_CNV.value),
        ("DRAGEN:INV:81:0:1:0:0:0", "N", "<INV>", "INV", "0/1:PASS:50:20,18", Skip.NOT_CNV.value),
        ("DRAGEN:BND:81:0:1:0:0:0", "N", "N]chr2:321681]", "BND", "0/1:PASS:50:20,18", Skip.NOT_CNV.value),
    ],
)
def test_records(record_id: str, ref: str, alt: str, svtype: str, values: str, what: object) -> None:
    """R1, R2: POS is the base before."""
    text = DRAGEN_SV.record("chr1", 5_000_000, 5_000_070, alt, values, f"SVTYPE={svtype}", record_id=record_id, ref=ref, quality=500)  # fmt: skip
    assert brief(outcome(DRAGEN_SV, text, "XX")) == what
    if isinstance(what, tuple):
        found = call(DRAGEN_SV, text, "XX")
        assert (found["start"], found["end"], found["quality"]) == (5_000_000, 5_000_070, 500)
