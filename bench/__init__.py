"""Benchmarks: each prints its figures and says what was compared; ratios within one run, since machines are noisy."""
