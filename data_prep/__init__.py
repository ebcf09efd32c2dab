"""Writes the database of CNV calls that the dashboard reads."""
