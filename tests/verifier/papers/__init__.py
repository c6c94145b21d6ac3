"""What the verifier writes beside its report: the drawing and the paper."""
