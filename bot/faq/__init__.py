"""Writing topic files: a new FAQ, more questions to one, and which topic it is like."""
