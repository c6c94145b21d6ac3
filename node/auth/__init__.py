"""Who may read more than the public tier: a challenge signed by a registered key, for a short-lived token."""
