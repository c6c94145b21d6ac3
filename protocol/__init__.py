"""What every implementation must agree on: the written format, pure and without input or output."""
