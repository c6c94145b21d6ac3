"""What a record does to a lot, as the numbers of table `lot_edges`.

Alone in a module, because checking processes need nothing else of the database.
"""

from __future__ import annotations

# `ABOUT` leads from a thing (participant, facility, order …) to the records that describe it.
CONSUMED, PRODUCED, OBSERVED, SENT, RECEIVED, ABOUT = range(6)
