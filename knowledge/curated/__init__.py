"""Curated content: the files a maintainer edits, their checks, and the store that serves them."""
