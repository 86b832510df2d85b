"""Understanding a message: language, diseases, places, meaning, topic."""
