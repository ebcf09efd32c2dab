"""Pieces of pages: what several views draw, or what would make one view too long to read."""
