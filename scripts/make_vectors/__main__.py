"""Write every vector again: `python -m scripts.make_vectors`."""

from __future__ import annotations

from scripts.make_vectors import bundles, content, events, front_door, log, witness

for maker in (front_door, events, log, content, bundles, witness):
    maker.main()
