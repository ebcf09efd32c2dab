"""Who carries what at a place, and how often: the count that every page and download shares (rules R5, R6, R7).

One query fetches the events that touch the place; `dashboard.counting.overlap` decides over them who is a carrier. Frequencies,
the list of events, the rules side by side and the filters' effect are ways of reading that one decision, so they
cannot disagree, and asking once more costs no query. A stream asks for one part of the people after the other.
"""
