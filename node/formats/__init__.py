"""Schemas and contexts, at addresses that carry their digest."""
