"""The version of the standard, and who runs this Beacon and how much it tells: the server's own operator."""

from typing import Final

from dashboard.operating.operator import Operator
from dashboard.settings import operator

__all__ = ["API_VERSION", "Operator", "operator"]

API_VERSION: Final = "v2.1.1"
"""The newest version of the standard whose schemas the answers were held against."""
