"""The review queue: questions that were not answered well, for a maintainer to learn from."""
