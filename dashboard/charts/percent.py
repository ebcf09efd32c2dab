"""How the axes of charts write shares: as the text beside them, 78.7 % and not 78.7%."""

from typing import Final

LABELS: Final = "format(datum.value * 100, '.3~g') + ' %'"
"""Vega's expression for the label of a tick at a share of 1."""
