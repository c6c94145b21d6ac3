"""GS1 Digital Link paths: the page behind the label."""
