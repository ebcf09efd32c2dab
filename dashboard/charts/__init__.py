"""Frames in, Vega-Lite out. Nothing here knows a database or a page."""
