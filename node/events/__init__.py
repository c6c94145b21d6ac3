"""Reading records back: as far as the caller's tier allows, with state and proof."""
