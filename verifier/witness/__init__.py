"""The witness: a process of its own that follows a log and the chain, and cosigns what it has seen itself."""
