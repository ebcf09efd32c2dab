"""HTTP: what stands before every request, turns and limits, the process that draws; knows no page."""
