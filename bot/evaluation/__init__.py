"""How well the guide understands: what is measured, and how it is reported."""
