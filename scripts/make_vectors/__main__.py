"""Write every vector again: `python -m scripts.make_vectors`."""

from __future__ import annotations

from scripts.make_vectors import content, events, front_door, log

for maker in (front_door, events, log, content):
    maker.main()
