"""Words that a Beacon question may use, and the classes of calls that each stands for (rule R2).

The tree of copy-number terms is that of the Experimental Factor Ontology, as the GA4GH hCNV community drew it:
a term stands for itself and for all below it. Terms that other Beacons know and this cohort does not hold (sequence
variants, inversions, insertions, translocations, copy-neutral LOH) are known words that nothing meets.
"""

import re
from dataclasses import dataclass
from typing import Final

from data_prep.domain.copy_number import EFO, MEMBERS, CallClass, Direction

Classes = tuple[CallClass, ...]

LOSSES: Final = MEMBERS[CallClass.LOSS]
GAINS: Final = MEMBERS[CallClass.GAIN]
EVERY: Final = (*LOSSES, *GAINS)
WHOLE: Final = (set(LOSSES), set(GAINS))
"""The classes of each direction, all of them."""
NOTHING: Final[Classes] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A term of an ontology."""

    id: str
    label: str

    def as_json(self) -> dict[str, str]:
        return {"id": self.id, "label": self.label}


EFO_TERMS: Final[dict[str, tuple[str, Classes, Classes]]] = {
    "EFO:0030063": ("copy number assessment", EVERY, NOTHING),
    "EFO:0030064": ("regional base ploidy", NOTHING, NOTHING),
    "EFO:0030065": ("copy-neutral loss of heterozygosity", NOTHING, NOTHING),
    "EFO:0030066": ("relative copy number variation", EVERY, NOTHING),
    "EFO:0030067": ("copy number loss", LOSSES, (CallClass.LOSS,)),
    "EFO:0030068": ("low-level loss", (CallClass.PARTIAL_LOSS,), (CallClass.PARTIAL_LOSS,)),
    "EFO:0020073": ("high-level loss", (CallClass.COMPLETE_LOSS,), NOTHING),
    "EFO:0030069": ("complete genomic deletion", (CallClass.COMPLETE_LOSS,), (CallClass.COMPLETE_LOSS,)),
    "EFO:0030070": ("copy number gain", GAINS, (CallClass.GAIN,)),
    "EFO:0030071": ("low-level gain", (CallClass.LOW_GAIN,), (CallClass.LOW_GAIN,)),
    "EFO:0030072": ("high-level gain", (CallClass.HIGH_GAIN,), (CallClass.HIGH_GAIN,)),
    "EFO:0030073": ("focal genome amplification", NOTHING, NOTHING),
}
"""Label, the classes of the term with those below it, and its own classes alone."""

_SO: Final[dict[str, Classes]] = {
    "SO:0001743": LOSSES,
    "SO:0001742": GAINS,
    "SO:0001019": EVERY,
    "SO:0000159": LOSSES,
    "SO:1000035": GAINS,
    "SO:0001059": EVERY,
    "SO:0001537": EVERY,
}
"""Copy-number loss, gain and variation; deletion, duplication; sequence alteration and structural variant, which stand above."""

_WORDS: Final[dict[str, Classes]] = {
    "DEL": LOSSES,
    "DELETION": LOSSES,
    "LOSS": LOSSES,
    "COPY NUMBER LOSS": LOSSES,
    "DUP": GAINS,
    "DUPLICATION": GAINS,
    "GAIN": GAINS,
    "COPY NUMBER GAIN": GAINS,
    "CNV": EVERY,
    "COPY NUMBER VARIATION": EVERY,
    "SV": EVERY,
    "COMPLETE GENOMIC LOSS": (CallClass.COMPLETE_LOSS,),
    "COMPLETE GENOMIC DELETION": (CallClass.COMPLETE_LOSS,),
    "COMPLETE LOSS": (CallClass.COMPLETE_LOSS,),
    "HIGH LEVEL LOSS": (CallClass.COMPLETE_LOSS,),
    "HOMDEL": (CallClass.COMPLETE_LOSS,),
    "LOW LEVEL LOSS": (CallClass.PARTIAL_LOSS,),
    "PARTIAL LOSS": (CallClass.PARTIAL_LOSS,),
    "LOW LEVEL GAIN": (CallClass.LOW_GAIN,),
    "LOW GAIN": (CallClass.LOW_GAIN,),
    "HIGH LEVEL GAIN": (CallClass.HIGH_GAIN,),
    "HIGH GAIN": (CallClass.HIGH_GAIN,),
    "AMP": (CallClass.HIGH_GAIN,),
    "CNV:DEL": LOSSES,
    "CNV:DUP": GAINS,
    "STRUCTURAL VARIANT": EVERY,
    "STRUCTURAL VARIATION": EVERY,
    "SEQUENCE ALTERATION": EVERY,
    **dict.fromkeys(
        (
            "REGIONAL BASE PLOIDY", "LOH", "SNV", "SNP", "MNP", "MNV", "INDEL", "DELINS", "INS", "INSERTION", "INV", "INVERSION",
            "BND", "BREAKEND", "TRA", "TRANSLOCATION", "CTX", "CPX", "COMPLEX", "STR", "TANDEM", "TANDEM DUPLICATION", "MEI", "SUBSTITUTION",
            "UPD", "CNLOH", "COPY NEUTRAL", "COPY NEUTRAL LOH",
        ),
        NOTHING,
    ),
}  # fmt: skip

_LABELS: Final = {label.upper().replace("-", " "): every for label, every, _ in EFO_TERMS.values()}
_SO_TERM: Final = re.compile(r"SO:\d{7}")
_IRI: Final = re.compile(r"https?://\S+/(?=(EFO|SO)[_:])", re.IGNORECASE)
_SUBTYPE: Final = re.compile(r"(DEL|DUP|INS|CNV|INV|BND)(:[A-Z0-9]+)+")
"""Symbolic alleles of VCF that say more of the kind than is known here, as `INS:ME:ALU`, `DUP:TANDEM`, `CNV:TR`: none is held."""

EXAMPLES_OF_TYPES: Final = ("DEL", "DUP", "CNV", "<DEL>", "EFO:0030067", "SO:0001742", "low-level gain")


def classes_of_type(text: str) -> Classes | None:
    """The classes that a variant type stands for: an empty tuple for a type that is not held, None for a word of no vocabulary."""
    word = _IRI.sub("", text.strip()).strip("<>").upper()
    if word.startswith("EFO:") or word.startswith("EFO_"):
        term = EFO_TERMS.get(word.replace("_", ":", 1))
        return None if term is None else term[1]
    if _SO_TERM.fullmatch(word.replace("_", ":", 1)):
        return _SO.get(word.replace("_", ":", 1), NOTHING)
    words = re.sub(r"[\s_-]+", " ", word)
    meaning = _WORDS.get(words, _LABELS.get(words))
    return NOTHING if meaning is None and _SUBTYPE.fullmatch(word) else meaning


def efo_of(name: CallClass) -> Term:
    """The term of a class (R2)."""
    identifier = EFO[name]
    return Term(identifier, EFO_TERMS[identifier][0])


VRS_CHANGE: Final[dict[CallClass, str]] = {
    CallClass.COMPLETE_LOSS: "complete genomic loss",
    CallClass.PARTIAL_LOSS: "low-level loss",
    CallClass.LOW_GAIN: "low-level gain",
    CallClass.HIGH_GAIN: "high-level gain",
    CallClass.LOSS: "loss",
    CallClass.GAIN: "gain",
}
"""Words of VRS 2 for the classes."""

VCF_TYPE: Final[dict[Direction, str]] = {Direction.LOSS: "DEL", Direction.GAIN: "DUP"}

FEMALE: Final = Term("NCIT:C16576", "Female")
MALE: Final = Term("NCIT:C20197", "Male")
UNKNOWN_SEX: Final = Term("NCIT:C17998", "Unknown")
SEX_TERMS: Final = {"XX": FEMALE, "XY": MALE}

HOMOZYGOUS: Final = Term("GENO:0000136", "homozygous")
HETEROZYGOUS: Final = Term("GENO:0000135", "heterozygous")
HEMIZYGOUS: Final = Term("GENO:0000134", "hemizygous")


def zygosity(copy_number: int | None, expected: int | None) -> Term | None:
    """What a loss says of zygosity; None for gains and for copies that say nothing."""
    return {(0, 2): HOMOZYGOUS, (1, 2): HETEROZYGOUS, (0, 1): HEMIZYGOUS}.get((copy_number, expected))  # type: ignore[arg-type]
