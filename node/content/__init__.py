"""Where the bytes of documents lie, by content address; who may read them is decided elsewhere."""
