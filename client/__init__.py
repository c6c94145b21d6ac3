"""The maker's side: keys, signing, sending, imports, and the `filiera` command."""
