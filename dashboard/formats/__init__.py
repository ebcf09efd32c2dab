"""Frames in, files for people and programs out. Nothing here knows a database."""
