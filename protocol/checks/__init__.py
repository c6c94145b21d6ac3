"""The checks, one module a question; pure functions from evidence to findings (README §13)."""
