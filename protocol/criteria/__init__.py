"""The five shared criteria: figures that anybody recomputes from a verified custody graph (design §2)."""
