"""The safety gate: sees an emergency or a crisis in a message, before the dialogue does."""
