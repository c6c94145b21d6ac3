"""The verifier's pages in a real browser, on the evidence of a real node."""
