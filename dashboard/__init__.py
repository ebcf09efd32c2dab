"""The dashboard: pages, downloads and routes over the database that `data_prep` writes.

It only reads; the schema in `data_prep/tables/schema.sql` is all that the two programs share besides `data_prep.domain`.
"""
