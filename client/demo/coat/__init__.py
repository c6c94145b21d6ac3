"""The story of a coat: recycled wool from Prato, a dozen companies, two sewing workshops, forty coats ordered.

The data is in `client/demo/sample/coat/`, the papers in `client/demo/sample/papers/`; all of it is invented and says
so. `story()` is what the demonstration asks for, `offline.telling()` the same story without a node.
"""

from __future__ import annotations

from client.demo.coat.performance import Coat


def story() -> Coat:
    """Return the story, as `client.demo.stage.Story`."""
    return Coat()
