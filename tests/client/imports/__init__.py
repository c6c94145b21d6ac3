"""Imports: what a company already has, as signed events."""
