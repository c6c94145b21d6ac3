"""The transparency log: tree, heads, checkpoints, tiles, receipts (README §8)."""
