"""What can be downloaded: tables and the formats that make sense for each, and charts (rule R13)."""

from typing import Final

FORMATS: Final = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "bed": "text/plain; charset=utf-8",
    "vcf": "text/plain; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "pgxseg": "text/plain; charset=utf-8",
}
"""Formats with their media types, in the order in which they are offered."""

_TABULAR: Final = ("csv", "tsv", "json", "parquet")

TABLES: Final = {
    "calls": tuple(FORMATS),
    "carriers": ("csv", "tsv", "bed", "json", "parquet", "pgxseg"),
    "frequencies": _TABULAR,
    "sites": ("csv", "tsv", "bed", "vcf", "json", "parquet"),
    "genes": ("csv", "tsv", "bed", "json", "parquet"),
}
"""Tables with their formats. An event is nothing that a caller wrote, so VCF has calls and no events; a frequency has
no place of its own, so it is in no format of intervals."""


def there() -> str:
    """What there is, in words: carriers.csv, carriers.tsv ..."""
    return "; ".join(f"{table} as {', '.join(formats)}" for table, formats in TABLES.items())


TRACK: Final = "track"
CHARTS: Final = ("frequency-loss", "frequency-gain", "copy-number", TRACK)
"""Charts that can be had as pictures."""
PICTURES: Final = ("svg", "png")


def charts_there() -> str:
    """What pictures there are, in words."""
    return f"{', '.join(CHARTS)} as {' and '.join(PICTURES)}"
