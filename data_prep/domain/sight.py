"""Kinds of problem region in which no call can be made, or of whose calls no frequency can be told (rule R5).

Assembly gaps and telomeres are runs of N, and the centromeres of the assembly are models and no sequence of anybody. Both
programs leave these bases out of what is callable, so the list is the domain's. Genes with copies so alike that short
reads cannot be placed between them are called, but too seldom: who has no call there may well carry.
"""

from typing import Final

UNSEQUENCED: Final = ("gap", "telomere")
"""Kinds whose bases are N."""

NEVER_CALLABLE: Final = (*UNSEQUENCED, "centromere")
"""Kinds whose bases are never callable: bins, and means over callable bases, leave them out."""

BLIND_KINDS: Final = ("blind", *NEVER_CALLABLE)
"""Kinds of place of which no frequency is given: the same, and genes that short reads cannot see."""

PARALOGOUS: Final = "paralogous"
"""The kind of genes with such copies, which come along."""

SEGMENTAL_DUPLICATIONS: Final = ("segmental-duplication", "segmental-duplications", "segdup", "segdups")
"""Names of a mask that says the same of its places, in any case and with any of `-`, `_` and `.` between the words."""


def is_paralogous(kind: str) -> bool:
    """Whether calls in a kind of problem region are few because of copies: carriers are shown, and no frequency."""
    return kind == PARALOGOUS or kind.lower().replace("_", "-").replace(".", "-") in SEGMENTAL_DUPLICATIONS
