"""Random files of every caller for Hypothesis: fields drawn one by one, so that they also contradict each other."""

from hypothesis import strategies as st

from tests.data_prep.dragen_text import SOFTWARE
from tests.data_prep.reading.dialects.texts import CALLERS, Caller
from tests.oracle.plain import LENGTHS

CONTIGS = {**LENGTHS, "chrM": 16569, "chr1_KI270706v1_random": 175055}
DRAGEN = Caller(
    "dragen",
    (
        *(line for line in CALLERS["dragen-4.4"].lines if "DRAGENVersion" not in line),
        f'##DRAGENVersion=<ID=dragen,Version="{SOFTWARE["3.7.6"]}">',
        '##FILTER=<ID=SampleFT,Description="x">',
        '##FORMAT=<ID=QS,Number=1,Type=Float,Description="x">',
        '##FORMAT=<ID=FT,Number=1,Type=String,Description="x">',
    ),
    "GT:SM:CN:BC:PE",
)
EVERY = {"dragen": DRAGEN, **CALLERS}

_CHROMS = ["chr1", "chr1", "chr2", "chr22", "chrX", "chrX", "chrY", "chrM", "chr1_KI270706v1_random"]
_STARTS = [1, 9_999, 10_000, 2_776_479, 2_781_479, 5_000_000, 5_000_900, 5_010_900, 56_887_902, 155_701_382]
_LENGTHS = [1, 900, 10_000, 10_001, 60_000, 100_000_000]
_SYMBOLS = ["<DEL>", "<DUP>", "<DUP:TANDEM>", "<DEL:ME>", "<CNV>", "<CNV:TR>", "<INV>", "<INS>", "<CPX>", "N[chr3:5[", "T"]  # fmt: skip
_GENOTYPES = ["0/1", "1/1", "0/0", "./1", "./.", ".", "1", "0", "0|1", "1|."]
_KEYS = ("GT", "CN", "SM", "BC", "PE", "NP", "QS", "FT", "RDCN", "SU", "ECN", "SP")
_QUALITIES = [".", 0, 9, 10, "46.5", 150]
_ALTS = {
    "dragen": ["<DEL>", "<DUP>", "<CNV>", "<LOH>", "<DEL>,<DUP>", ".", "<INV>"],
    "dragen-4.4": ["<DEL>", "<DUP>", "<CNV>", "<LOH>", "<DEL>,<DUP>", ".", "<INV>"],
    "gatk-gcnv": ["<DEL>,<DUP>", "<DEL>", "<DUP>", "."],
    "cnvnator": ["<DEL>", "<DUP>", "<INV>"],
    "cnvpytor": ["<DEL>", "<DUP>", "<LOH>"],
    "canvas": ["<CN0>", "<CN2>", "<DUP>", "<CN0>,<CN2>", "<CNV>", "."],
    "1000-genomes-phase-3": [
        "<CN0>",
        "<CN2>",
        "<CN0>,<CN2>",
        "<CN2>,<CN3>",
        "<CN1>",
        "<INV>",
        "<INS:ME:ALU>",
        "<DEL>",
        "<CN0>,<INV>",
        "T",
    ],
    "vcf": [*_SYMBOLS, "<CN0>", "<CN3>", "<DEL>,<DUP>", "<CN0>,<CN2>", "<DEL>,<INV>", "<LOH>", "."],
}
_FILTERS = {
    "dragen": ["PASS", ".", "cnvLength", "cnvLength;cnvQual"],
    "dragen-4.4": ["PASS", ".", "cnvLength", "cnvQual"],
    "canvas": ["PASS", ".", "q10", "L10kb", "FailedFT"],
    "manta": ["PASS", ".", "SampleFT", "MinQUAL", "MaxDepth;Ploidy"],
    "delly": ["PASS", ".", "LowQual"],
    "dragen-sv": ["PASS", ".", "SampleFT", "MinQUAL", "MaxDepth;Ploidy", "MinQUAL;MinGQ"],
    "vcf": ["PASS", ".", "LowQual"],
    "gatk-sv": ["PASS", ".", "MULTIALLELIC", "UNRESOLVED", "HIGH_SR_BACKGROUND"],
}


@st.composite
def fields_of(draw: st.DrawFn, caller: Caller) -> dict[str, object]:
    """What a sample's values can be, by key."""
    whole = draw(st.sampled_from([".", 0, 1, 2, 3, 4, 5, 74]))
    fields = {
        "GT": draw(st.sampled_from(_GENOTYPES + (["1|2", "2|2", "0|2", "2"] if "," in "".join(_ALTS.get(caller.name, [])) else []))),
        "CN": whole,
        "SM": draw(st.sampled_from([".", "0", "1.00369e-09", "0.5", "3.3289", "nan"])),
        "BC": draw(st.sampled_from([".", 1, 3, 1428])),
        "PE": "3,4",
        "NP": draw(st.sampled_from([".", 1, 3, 40])),
        "QS": draw(st.sampled_from([".", 5, 60])),
        "FT": draw(st.sampled_from([".", "PASS", "LowQual" if caller.name == "delly" else "q10" if caller.name == "canvas" else "MinGQ"])),
        "RDCN": draw(st.sampled_from([".", -1, 0, 2, 3, 6])),
        "SU": draw(st.sampled_from([".", 0, 9])),
        "SP": draw(st.sampled_from([".", 0, 7])),
        "ECN": draw(st.sampled_from([".", 0, 1, 2])),
    }  # fmt: skip
    if caller.name in ("dragen-4.4", "cnvpytor", "vcf") and whole != ".":
        fields["CN"] = draw(st.sampled_from([whole, f"{whole}.0", f"{whole}.25"]))
    return fields


@st.composite
def entry(draw: st.DrawFn, caller: Caller, form: str) -> str:
    """A sample's values for the FORMAT of a record, trailing ones missing."""
    fields = draw(fields_of(caller))
    texts = [str(fields[key]) for key in form.split(":")]
    return ":".join(texts[: draw(st.integers(1, len(texts)))])


@st.composite
def values(draw: st.DrawFn, caller: Caller) -> tuple[str, str]:
    """FORMAT and the sample's values: keys in any order, some left out."""
    declared = [key for key in _KEYS if any(line.startswith(f"##FORMAT=<ID={key},") for line in caller.lines)]
    keys = draw(st.lists(st.sampled_from(declared), min_size=1, max_size=len(declared), unique=True))
    if "GT" in keys:  # htslib wants it first
        keys = ["GT", *(key for key in keys if key != "GT")]
    form = ":".join(keys)
    return form, draw(entry(caller, form))


@st.composite
def records(draw: st.DrawFn, caller: Caller) -> str:
    """One record as the caller might write it."""
    if caller.name == "merged":
        return draw(merged_records())
    chrom = draw(st.sampled_from(_CHROMS))
    start = draw(st.sampled_from(_STARTS))
    end = start + draw(st.sampled_from(_LENGTHS))
    alt = draw(st.sampled_from(_ALTS.get(caller.name, _SYMBOLS)))
    if "INS" in alt and draw(st.booleans()):  # it ends where it starts
        end = start
    form, text = draw(values(caller))
    ref = draw(st.sampled_from(["N", "ACGT"])) if alt == "T" else "N"
    if ref == "ACGT":  # htslib takes the end of the reference allele where END says less
        end = start + 3
    info: list[str] = []
    record_id = "."
    if caller.name in ("dragen", "dragen-4.4"):
        info = [f"REFLEN={end - start}"]
        if caller.name == "dragen-4.4" and alt[0] == "<" and draw(st.booleans()):
            info.append(f"SVLEN={draw(st.sampled_from([end - start, 777]))}")
        info.append(draw(st.sampled_from(["SVTYPE=CNV"] * 3 + ["SVCLAIM=D", "SVCLAIM=DJ", "SVCLAIM=J", "SVTYPE=DEL"])))
        record_id = draw(st.sampled_from([".", *(f"DRAGEN:{word}:{chrom}:1-2" for word in ("LOSS", "GAIN", "CNLOH", "GAINLOH"))]))  # fmt: skip
        if alt == "<INV>":
            record_id = "."
    elif caller.name in ("cnvnator", "cnvpytor"):
        key = "natorRD" if caller.name == "cnvnator" else "pytorRD"
        info = [f"SVLEN={draw(st.sampled_from([end - start, end, start - end]))}", f"SVTYPE={alt[1:4]}"]
        info += draw(st.sampled_from([[], *([f"{key}={rd}"] for rd in (0, 0.1, 0.25, 0.8, 1.75, 1.9, 4.9))]))
    elif caller.name == "canvas":
        info = draw(st.sampled_from([["SVTYPE=CNV"]] * 3 + [["SVTYPE=LOH"], [], ["SVTYPE=INV"]]))
        record_id = draw(st.sampled_from([".", *(f"Canvas:{word}:{chrom}:1-2" for word in ("LOSS", "GAIN", "REF", "LOH", "CNV"))]))  # fmt: skip
    elif caller.name == "1000-genomes-phase-3":
        info = draw(st.sampled_from([["SVTYPE=DEL"], ["SVTYPE=DEL_ALU"], ["SVTYPE=CNV"], ["SVTYPE=INS"], []]))
    elif caller.name == "vcf" and alt.count(",") and draw(st.booleans()):
        # one length an allele: END is the longer one's
        info = ["SVTYPE=CNV", f"SVLEN={start - end},{(end - start + 1) // 2}"]
    elif caller.name != "gatk-gcnv":
        word = alt.strip("<>").split(":")[0]
        info = [f"SVTYPE={draw(st.sampled_from([word if alt[0] == '<' else 'BND', 'DEL', 'DUP']))}"]
    return caller.record(
        chrom,
        start,
        end,
        alt,
        text,
        ";".join(info),
        quality=draw(st.sampled_from(_QUALITIES)),
        filters=draw(st.sampled_from(_FILTERS.get(caller.name, ["PASS", "."]))),
        record_id=record_id,
        ref=ref,
        form=form,
    )


OWN_IDS = {"manta": "MantaDEL:4:0:1:0:0:0", "cnvnator": "CNVnator_dup_7", "vcf": "Sniffles2.DEL.5S2"}


@st.composite
def merged_records(draw: st.DrawFn) -> str:
    """One record of one of the callers of a merged file, or one that names none."""
    own = draw(st.sampled_from(["manta", "manta", "canvas", "canvas", "cnvnator", "cnvnator", "vcf", "nobody"]))
    cells = draw(records(CALLERS["vcf" if own == "nobody" else own])).split("\t")
    if own in OWN_IDS:
        cells[2] = OWN_IDS[own]
    if own == "nobody" and draw(st.booleans()):
        cells[2], cells[7] = (
            "77",
            f"{cells[7]};svdb_origin={draw(st.sampled_from(['manta|cnvnator', 'cnvnator', 'A|B']))}",
        )
    return "\t".join(cells)


@st.composite
def texts(draw: st.DrawFn, caller: Caller, sample: str, most: int = 14) -> str:
    """A whole file: at most so many records, in any order, some twice."""
    lines = draw(st.lists(records(caller), max_size=most))
    repeats = draw(st.lists(st.sampled_from(lines), max_size=2)) if lines else []
    return caller.vcf([*lines, *repeats], sample, lengths=CONTIGS)
