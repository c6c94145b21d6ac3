"""Everything behind a lot or item, as one bundle."""
