"""Rows of the tables that pages show, ordered and cut: the same for a page as for the address that its scroll window asks."""
