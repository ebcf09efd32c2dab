"""Joint files and files too long to be read at once, in two steps: stretches of lines to calls (`stretch`), then calls to
events, a group of people at a time (`join`); `read` runs both.

A file of 3,202 people has 3,202 entries a line, of which nearly all say plainly that nothing is there. Of those that are
alike in a line one is classified, and its outcome counts for the others (`plain_entries`). It knows no database.
"""
