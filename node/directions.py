"""What a record does to a lot, and whom and what it speaks of, as the numbers of table `lot_edges`.

Alone in a module, because checking processes need nothing else of the database.
"""

from __future__ import annotations

# `ABOUT` leads from a thing (participant, facility, order …) to the records that describe it.
CONSUMED, PRODUCED, OBSERVED, SENT, RECEIVED, ABOUT = range(6)
# Who may read a record follows from these: a participant that it names, the digest of a record that it cites, the
# address of a paper that it encloses.
NAMED, CITED, ENCLOSED = range(6, 9)
# What happens to goods.
FLOW = (CONSUMED, PRODUCED, OBSERVED, SENT, RECEIVED)
