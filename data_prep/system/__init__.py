"""Text streams, folders and locks, worker processes, bounds of memory; knows nothing of the genome."""
