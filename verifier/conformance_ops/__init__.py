"""Questions of outside test suites, one file an area; each maps an operation to a function of the product."""
