"""Benchmarks: this project beside its named peers, in one run, as ratios. Not part of ``make test``."""
