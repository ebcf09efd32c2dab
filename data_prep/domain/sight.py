"""Kinds of problem region in which no call can be made, whatever a caller wrote there (rule R5).

Assembly gaps and telomeres are runs of N, and the centromeres of GRCh38 are models and no sequence of anybody. Both
programs leave these bases out of what is callable, so the list is the domain's.
"""

from typing import Final

NEVER_CALLABLE: Final = ("gap", "telomere", "centromere")
"""Kinds whose bases are never callable: bins, and means over callable bases, leave them out."""

BLIND_KINDS: Final = ("blind", *NEVER_CALLABLE)
"""Kinds of place of which no frequency is given: the same, and genes that short reads cannot see."""
