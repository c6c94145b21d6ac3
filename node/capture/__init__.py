"""Signed records come in: checks, group commit, receipts."""
