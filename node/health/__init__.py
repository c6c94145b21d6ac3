"""Whether the node lives, is ready, and how it does."""
