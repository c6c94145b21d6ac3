"""From record digests to heads on the chain, exactly once."""
