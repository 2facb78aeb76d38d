"""Benchmarks: ratios measured within one run, printed as a table and kept in bench/results."""
