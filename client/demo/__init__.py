"""`filiera demo`: a whole filiera on one machine, set up, played and verified by the ordinary commands."""

from __future__ import annotations

# The stories that `--story` names, the default first.
STORIES = ("coat", "textile")
