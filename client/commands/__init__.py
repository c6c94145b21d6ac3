"""The subcommands of `filiera` on the maker's side, one file each; loaded when they are called."""
