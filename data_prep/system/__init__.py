"""Text streams, folders and locks, worker processes; knows nothing of the genome."""
