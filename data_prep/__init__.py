"""Writes the database of CNV calls that the dashboard reads."""

__version__ = "0.1.0"
