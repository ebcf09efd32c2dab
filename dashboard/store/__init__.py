"""The one query layer under pages and downloads: a `Generation` in, values and frames out.

It knows no HTTP and no widgets. Coordinates are those of the database, 0-based and half-open; who writes for people
converts at the edge.
"""
