"""Rebuilds and checks the chain of custody without trusting any node."""
