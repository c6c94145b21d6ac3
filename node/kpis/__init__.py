"""Companies involved and shared criteria adopted, evidenced and proven (design §1, §2)."""
