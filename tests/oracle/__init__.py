"""Other ways to the same numbers, as slow and plain as the rules are written; nothing here imports the two programs.

`plain` reads DRAGEN's files and counts with loops, `dialects` every caller's through pysam, `plain_sites` counts sites and
bins, `raw_calls` asks the stored calls by SQL of its own, `plain_counter` counts small made-up cohorts, `read_back` reads
downloaded files with other libraries.
"""
