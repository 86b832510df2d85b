"""Questions that nothing is trained on, and what the model must make of them."""
