"""Status lists at a node."""
