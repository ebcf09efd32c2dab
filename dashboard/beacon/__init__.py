"""GA4GH Beacon v2 over the same store as the pages: requests in, JSON of the official schemas out.

It reaches data through `door/` and `store/` alone, so that its numbers are those of the pages.
"""
