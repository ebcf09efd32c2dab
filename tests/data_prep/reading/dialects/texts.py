"""VCFs of other callers as text for the tests, by the headers and records in their public documentation and source.

A record is given by its 0-based interval and written as its caller does; headers declare what they use, so that other
readers take them too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.oracle.plain import LENGTHS

_END = '##INFO=<ID=END,Number=1,Type=Integer,Description="End position">'
_SVTYPE = '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">'
_SVLEN = '##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="Length">'


def _format(**types: str) -> list[str]:
    return [f'##FORMAT=<ID={key},Number=1,Type={value},Description="x">' for key, value in types.items()]


def _info(**types: str) -> list[str]:
    numbers = {"Flag": "0"}
    return [
        f'##INFO=<ID={key},Number={numbers.get(value, ".")},Type={value},Description="x">'
        for key, value in types.items()
    ]


def _alt(*names: str) -> list[str]:
    return [f'##ALT=<ID={name},Description="x">' for name in names]


def _filter(*names: str) -> list[str]:
    return [f'##FILTER=<ID={name},Description="x">' for name in names]


@dataclass(frozen=True)
class Caller:
    """How a caller writes: header lines, the FORMAT of its records, and where an event's POS stands."""

    name: str
    lines: tuple[str, ...]
    form: str
    first_base: bool = False
    """POS is the first base of an event, not the base before it."""
    fileformat: str = "VCFv4.2"

    def header(
        self, sample: str = "S", *, lengths: Mapping[str, int] = LENGTHS, extra: Sequence[str] = (), drop: str = ""
    ) -> str:
        """Header lines with the `#CHROM` line; `drop` leaves out lines with that text."""
        lines = [f"##fileformat={self.fileformat}"]
        lines += [f"##contig=<ID={name},length={length}>" for name, length in lengths.items()]
        lines += [line for line in (*self.lines, *extra) if not drop or drop not in line]
        columns = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", sample)
        return "\n".join([*lines, "\t".join(columns)]) + "\n"

    def record(
        self,
        chrom: str,
        start: int,
        end: int,
        alt: str,
        values: str,
        info: str = "",
        *,
        quality: object = ".",
        filters: str = "PASS",
        record_id: str = ".",
        ref: str = "N",
        form: str | None = None,
    ) -> str:
        """A record for `[start, end)`; `info` follows END."""
        pos = start + 1 if self.first_base or alt == "." else start
        what = ";".join(part for part in (f"END={end}", info) if part)
        return "\t".join(
            str(one) for one in (chrom, pos, record_id, ref, alt, quality, filters, what, form or self.form, values)
        )

    def vcf(self, records: Iterable[str] = (), sample: str = "S", **of_header: object) -> str:
        return self.header(sample, **of_header) + "".join(f"{one}\n" for one in records)  # type: ignore[arg-type]


DRAGEN_4_4 = Caller(
    "dragen-4.4",
    (
        *_alt("CNV", "DEL", "DUP", "LOH"),
        _END,
        _SVLEN,
        *_info(REFLEN="Integer", SVCLAIM="String", HET="Flag", SVTYPE="String"),
        *_filter("cnvLength", "cnvQual"),
        *_format(GT="String", SM="Float", CN="Float", CNF="Float", BC="Integer"),
        '##FORMAT=<ID=PE,Number=2,Type=Integer,Description="x">',
        '##DRAGENCommandLine=<ID=dragen,CommandLineOptions="--enable-cnv true --sample-sex male">',
        '##DRAGENVersion=<ID=dragen,Version="SW: 07.031.776.4.4.7, HW: 07.031.776">',
        "##source=DRAGEN_CNV",
    ),
    "GT:SM:CN:BC:PE",
    fileformat="VCFv4.4",
)
GCNV = Caller(
    "gatk-gcnv",
    (
        *_alt("DEL", "DUP"),
        _END,
        *_format(GT="String", CN="Integer", NP="Integer", QA="Integer", QS="Integer", QSE="Integer", QSS="Integer"),
        '##GATKCommandLine=<ID=PostprocessGermlineCNVCalls,CommandLine="PostprocessGermlineCNVCalls --x y",Version="4.1.7.0",Date="x">',
        "##source=PostprocessGermlineCNVCalls",
    ),
    "GT:CN:NP:QA:QS:QSE:QSS",
    first_base=True,
)
_DEPTH = ("RD", "P1", "P2", "P3", "P4", "Q0")
CNVNATOR = Caller(
    "cnvnator",
    (
        "##source=CNVnator",
        *_alt("DEL", "DUP"),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(IMPRECISE="Flag", **{f"nator{one}": "Float" for one in _DEPTH}),
        *_format(GT="String", CN="Integer"),
    ),
    "GT:CN",
    first_base=True,
)
CNVPYTOR = Caller(
    "cnvpytor",
    (
        "##source=CNVpytor",
        *_alt("DEL", "DUP", "LOH"),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(IMPRECISE="Flag", pytorCL="String", **{f"pytor{one}": "Float" for one in _DEPTH}),
        *_format(GT="String", CN="Float"),
    ),
    "GT:CN",
    first_base=True,
)
CANVAS = Caller(
    "canvas",
    (
        "##source=Canvas 1.40.0.1613+master",
        *_alt("CNV", "DUP", *(f"CN{n}" for n in range(6) if n != 1)),
        _END,
        _SVTYPE,
        *_info(CNVLEN="Integer"),
        *_filter("q10", "L10kb", "FailedFT"),
        *_format(
            GT="String", RC="Float", BC="Float", CN="Integer", MCC="Integer", MCCQ="Float", QS="Float", FT="String"
        ),
    ),
    "GT:RC:BC:CN:MCC:MCCQ:QS:FT",
)
_JUNCTION_ALTS = ("DEL", "DUP", "INV", "INS", "DUP:TANDEM", "DEL:ME", "CNV", "CNV:TR", "CPX")
MANTA = Caller(
    "manta",
    (
        "##source=GenerateSVCandidates 1.6.0",
        *_alt(*_JUNCTION_ALTS),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(IMPRECISE="Flag", MATEID="String"),
        *_filter("MinQUAL", "MaxDepth", "SampleFT", "Ploidy"),
        *_format(GT="String", FT="String", GQ="Integer"),
        '##FORMAT=<ID=PR,Number=.,Type=Integer,Description="x">',
    ),
    "GT:FT:GQ:PR",
)
DELLY = Caller(
    "delly",
    (
        *_alt(*_JUNCTION_ALTS),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(SVMETHOD="String", PRECISE="Flag", PE="Integer", CHR2="String"),
        *_filter("LowQual"),
        *_format(
            GT="String",
            GQ="Integer",
            FT="String",
            RCL="Integer",
            RC="Integer",
            RCR="Integer",
            CN="Integer",
            RDCN="Float",
        ),
    ),
    "GT:GQ:FT:RCL:RC:RCR:RDCN",
)
LUMPY = Caller(
    "lumpy",
    (
        "##source=LUMPY",
        *_alt(*_JUNCTION_ALTS),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(STRANDS="String", IMPRECISE="Flag", SU="Integer"),
        *_format(GT="String", SU="Integer", PE="Integer", SR="Integer"),
    ),
    "GT:SU:PE:SR",
)
PHASE3 = Caller(
    "1000-genomes-phase-3",
    (
        "##source=1000GenomesPhase3Pipeline",
        *_alt(*(f"CN{n}" for n in range(10)), "INV", "INS:ME:ALU"),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(AC="Integer", AF="Float", CS="String", VT="String"),
        *_format(GT="String"),
    ),
    "GT",
)
GATK_SV = Caller(
    "gatk-sv",
    (
        *_alt(*_JUNCTION_ALTS),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(ALGORITHMS="String", EVIDENCE="String"),
        *_filter("MULTIALLELIC", "BOTHSIDES_SUPPORT", "HIGH_SR_BACKGROUND", "UNRESOLVED"),
        *_format(GT="String", GQ="Integer", CN="Integer", CNQ="Integer", EV="String", RD_CN="Integer", ECN="Integer"),
    ),
    "GT:GQ:RD_CN:CN:ECN",
)
DRAGEN_SV = Caller(
    "dragen-sv",
    (
        '##DRAGENVersion=<ID=dragen,Version="SW: 07.021.704.4.0.3, HW: 07.021.704">',
        "##source=DRAGEN_SV",
        *(line for line in MANTA.lines if "##source" not in line),
        *_filter("MinGQ", "HomRef"),
    ),
    MANTA.form,
)
PLAIN_VCF = Caller(
    "vcf",
    (
        "##source=sawmill 0.3",
        *_alt(*_JUNCTION_ALTS, "CN0", "CN2", "CN3", "LOH"),
        _END,
        _SVTYPE,
        _SVLEN,
        *_info(IMPRECISE="Flag", CN="Integer", SUPP_VEC="String"),
        *_filter("LowQual"),
        *_format(GT="String", CN="Float", GQ="Integer", FT="String", ECN="Integer", SP="Integer"),
    ),
    "GT:CN:GQ:FT",
)
MERGED = Caller(
    "merged",
    (
        *(line for line in CANVAS.lines if "<ID=CN," not in line),
        "##source=GenerateSVCandidates 1.6.0",
        *(line for line in MANTA.lines if "##source" not in line and line.split(",")[0] not in "".join(CANVAS.lines)),
        *_info(natorRD="Float", svdb_origin="String", set="String"),
        *_alt("LOH"),
        *_filter("LowQual"),
        *_format(CN="Float", ECN="Integer", SP="Integer"),
    ),
    CANVAS.form,
)
CALLERS = {
    one.name: one
    for one in (
        MERGED,
        DRAGEN_4_4,
        DRAGEN_SV,
        GCNV,
        CNVNATOR,
        CNVPYTOR,
        CANVAS,
        MANTA,
        DELLY,
        LUMPY,
        PHASE3,
        GATK_SV,
        PLAIN_VCF,
    )
}
