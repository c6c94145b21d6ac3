"""Labels, read back as a phone reads them."""
