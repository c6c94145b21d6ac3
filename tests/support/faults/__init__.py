"""The fault matrix: a real chain, a real database, real worker processes, and everything that can go wrong with them."""
