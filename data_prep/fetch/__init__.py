"""Real files from their public sources: the calls of a DRAGEN release, the tables that go with them, their manifest.

Nothing is imported here: a build reads manifests and must not need the network's libraries.
"""
