"""Companies involved and shared criteria adopted (design §1, §2)."""
