"""What both programs must agree on: chromosomes, copy-number classes, intervals, filter levels, schema version.

A leaf: it imports nothing of ours, so that the dashboard may import it without the import machinery.
"""
