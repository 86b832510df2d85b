"""All that Cartographer knows: curated content, trial listings, and how a reply is composed.

Knows nothing of Rasa: nothing here imports `rasa`, `actions` or `bot`.
"""
