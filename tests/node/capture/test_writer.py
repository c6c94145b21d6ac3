"""Group commit: few flushes for many records, an answer only after the flush, and no doubt about what is stored."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from node import migrations
from node.capture import repository
from node.capture.admission import Rules, admit
from node.capture.checking import check, recheck
from node.capture.writer import MAX_GROUP, GroupWriter, Stored
from node.db import Database
from protocol.errors import ConflictError
from tests.support.makers import NOW_MS, Maker, snapshot_of

pytestmark = pytest.mark.anyio
# A disk as small servers have it.
FLUSH_SECONDS = 0.02


def candidates(maker: Maker, count: int, prefix: str = "lot"):
    records = [maker.declare(f"{prefix} {number}") for number in range(count)]
    return [
        admit(check(record.token.encode(), NOW_MS, 300), snapshot_of(maker), Rules(), NOW_MS)
        for record in records
    ]


def database(folder) -> Database:
    found = Database(f"sqlite:///{folder / 'node.sqlite'}")
    migrations.migrate(found.engine)
    return found


def stored_digests(folder) -> set[bytes]:
    """What another process sees in the file: what a crash right now would leave."""
    other = Database(f"sqlite:///{folder / 'node.sqlite'}")
    with other.read() as connection:
        digests = set(connection.execute(text("SELECT digest FROM records")).scalars())
    other.close()
    return digests


@pytest.fixture
async def slow(tmp_path):
    """A writer whose every commit takes a slow disk's time."""
    found = database(tmp_path)
    event.listen(found.engine, "commit", lambda _: time.sleep(FLUSH_SECONDS))
    writer = GroupWriter(found, recheck)
    writer.start()
    yield writer
    await writer.stop()
    found.close()


async def test_writer_many_at_once_share_few_commits(slow):
    entries = candidates(Maker("anna"), 60)
    started = time.perf_counter()
    outcomes = await asyncio.gather(*(slow.store((entry,)) for entry in entries))
    seconds = time.perf_counter() - started
    assert all(isinstance(outcome, Stored) and outcome.created for (outcome,) in outcomes)
    assert slow.groups <= 4
    # One commit each would take 60 flushes.
    assert seconds < 60 * FLUSH_SECONDS / 4


async def test_writer_gains_more_where_the_disk_is_slower(tmp_path):
    async def seconds(flush: float, *, together: bool) -> float:
        folder = tmp_path / f"{flush}-{together}"
        folder.mkdir()
        found = database(folder)
        event.listen(found.engine, "commit", lambda _: time.sleep(flush))
        writer = GroupWriter(found, recheck)
        writer.start()
        entries = candidates(Maker("anna"), 30)
        started = time.perf_counter()
        if together:
            await asyncio.gather(*(writer.store((entry,)) for entry in entries))
        else:
            for entry in entries:
                await writer.store((entry,))
        spent = time.perf_counter() - started
        await writer.stop()
        found.close()
        return spent

    gains = [
        await seconds(flush, together=False) / await seconds(flush, together=True) for flush in (0.0, 0.01)
    ]
    assert gains[1] > gains[0]
    assert gains[1] > 3


async def test_writer_answers_only_what_another_process_can_read(tmp_path, slow):
    entries = candidates(Maker("anna"), 20)

    async def one(entry):
        await slow.store((entry,))
        assert entry.checked.digest in stored_digests(tmp_path)

    await asyncio.gather(*(one(entry) for entry in entries))


async def test_writer_full_synchronisation_and_write_ahead_log(tmp_path):
    found = database(tmp_path)
    with found.read() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    found.close()


async def test_writer_bounds_a_group(tmp_path, monkeypatch):
    monkeypatch.setattr("node.capture.writer.MAX_GROUP", 10)
    assert MAX_GROUP == 1_000
    found = database(tmp_path)
    writer = GroupWriter(found, recheck)
    batches = [candidates(Maker(f"maker {number}"), 5) for number in range(8)]
    waiting = [asyncio.ensure_future(writer.store(batch)) for batch in batches]
    await asyncio.sleep(0)
    writer.start()
    await asyncio.gather(*waiting)
    assert writer.groups >= 4
    await writer.stop()
    found.close()


async def test_writer_another_process_was_faster(tmp_path, monkeypatch):
    # Two nodes on one database: both have looked, then both insert. The unique keys let one through.
    found, anna = database(tmp_path), Maker("anna")
    twin = anna.twin()
    (mine,), (theirs,) = candidates(anna, 1), candidates(twin, 1, "other")
    writer = GroupWriter(found, recheck)
    look, raced = repository.load_known, []

    def look_too_early(connection, wanted):
        known = look(connection, wanted)
        if not raced:
            raced.append(True)
            repository.insert_candidates(connection, [(1, theirs)])
        return known

    monkeypatch.setattr(repository, "load_known", look_too_early)
    # The rival's row is rolled back with ours on SQLite, so it is put there again for the second look.
    original = writer._write_once

    def once(group):
        try:
            return original(group)
        except IntegrityError:
            with found.write() as connection:
                repository.insert_candidates(connection, [(1, theirs)])
            raise

    monkeypatch.setattr(writer, "_write_once", once)
    writer.start()
    (outcome,) = await writer.store((mine,))
    assert isinstance(outcome, ConflictError)
    assert outcome.code in {"RECORD_FORK", "RECORD_ID_REUSED"}
    await writer.stop()
    found.close()


async def test_writer_a_broken_database_fails_the_request_and_not_the_writer(tmp_path, monkeypatch):
    found = database(tmp_path)
    writer = GroupWriter(found, recheck)
    writer.start()
    entries = candidates(Maker("anna"), 2)
    with monkeypatch.context() as patch:
        patch.setattr(repository, "insert_candidates", lambda *_: (_ for _ in ()).throw(OSError("disk")))
        with pytest.raises(OSError, match="disk"):
            await writer.store((entries[0],))
    (outcome,) = await writer.store((entries[0],))
    assert outcome.created
    await writer.stop()
    found.close()


async def test_writer_stop_writes_what_waits(tmp_path):
    found = database(tmp_path)
    writer = GroupWriter(found, recheck)
    writer.start()
    entries = candidates(Maker("anna"), 10)
    waiting = [asyncio.ensure_future(writer.store((entry,))) for entry in entries]
    await asyncio.sleep(0)
    await writer.stop()
    await asyncio.gather(*waiting)
    assert stored_digests(tmp_path) == {entry.checked.digest for entry in entries}
    found.close()


async def test_writer_a_caller_who_left_does_not_disturb_the_others(slow):
    entries = candidates(Maker("anna"), 3)
    tasks = [asyncio.ensure_future(slow.store((entry,))) for entry in entries]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert tasks[0].result()[0].created
    assert tasks[2].result()[0].created
    assert threading.active_count() > 0
