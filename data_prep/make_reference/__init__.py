"""The maintainer's tool that makes `reference/` from published sources; nothing imports it."""
