"""Benchmarks: how fast, how large, how well. `make bench` prints them; nothing is asserted."""
