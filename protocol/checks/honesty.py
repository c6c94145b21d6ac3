"""What a dishonest participant would try, asked of one history.

Yields, borrowed proof, chosen dates, friends, papers used twice. Each question stands in a module of its own; this is
the order in which they are asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.checks import dates, documents, evidence, overuse, related, status, yields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from protocol.balance import Gain
    from protocol.checks.credentials import Sound
    from protocol.checks.status import Statuses
    from protocol.checks.view import ChainView
    from protocol.history import History
    from protocol.records import Record
    from protocol.verdict import Finding


def check_honesty(
    history: History,
    sound: Sequence[Sound],
    members: Sequence[Record],
    certifiers: Collection[str],
    authors: Mapping[bytes, bytes],
    view: ChainView | None,
    statuses: Statuses,
) -> Iterator[Finding]:
    """Ask all of it.

    `certifiers` are the URNs of those who may attest, `authors` whose a key is, `statuses` what status lists say.
    """
    graph, subjects = history.graph, history.evidence.subjects
    cited = evidence.citations(history, sound, certifiers, authors, statuses.words)
    yield from yields.check_yields(history.walked.steps, material_of(history))
    yield from evidence.check_evidence(history, cited, certifiers)
    yield from status.check_statements(history, statuses)
    yield from dates.check_counterpart_dates(history, cited)
    yield from dates.check_late(history, sound, view)
    yield from dates.check_corrections(history, sound)
    yield from documents.check_documents(graph.steps, subjects)
    yield from documents.check_duplicates(graph.steps, subjects)
    yield from overuse.check_certificates(graph.steps, subjects)
    yield from related.check_related(history, members)
    if view is not None:
        yield from related.check_keys(sound, authors, view)


def gains_of(history: History) -> dict[bytes, Gain]:
    """What each step behind the target may honestly gain, for `check_balance`."""
    material = material_of(history)
    return {step.digest: yields.gain_of(step, material) for step in history.walked.steps}


def material_of(history: History) -> yields.Material:
    """What the lots of a history are made of."""
    return yields.Material(history.graph.made, history.evidence.subjects)
