"""Overlap rules and people along the genome: arrays in, arrays out; knows no database and no page."""
