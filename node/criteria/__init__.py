"""The catalogue of the shared criteria."""
