"""Trials of CAR-T in autoimmune disease: the registry client, our mirror of it, and search."""
