"""The database as it is written: schema, tables from shards, marks, callsets, publication; knows nothing of how sites are found."""
