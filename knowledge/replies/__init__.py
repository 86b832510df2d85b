"""Replies: their shape, the one place that composes them, and where they are kept for a day."""
