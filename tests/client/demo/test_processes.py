"""Programs are started with nothing of the user's settings, watched, and ended by their own numbers."""

from __future__ import annotations

import os
import sys
import time

import pytest

from client.demo import processes
from client.demo.processes import Processes
from client.errors import ClientError

SLEEPER = "import sys, time; print(sys.argv[1], flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
LAST = "import sys; print('the reason', file=sys.stderr); sys.exit(7)"


@pytest.fixture
def programs(tmp_path):
    made = Processes(tmp_path)
    yield made
    made.stop()


def play(monkeypatch, code):
    monkeypatch.setattr(processes, "FILIERA", (sys.executable, "-c", code))


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_real_settings_of_the_user_stay_outside(programs, monkeypatch):
    monkeypatch.setenv("FILIERA_DATABASE_URL", "postgresql://the-real-one")
    monkeypatch.setenv("FILIERA_HOST", "0.0.0.0")
    monkeypatch.setenv("FILIERA_ANVIL", "/somewhere/anvil")
    programs.settings["FILIERA_PORT"] = "1"
    found = {name: value for name, value in programs.environment.items() if name.startswith("FILIERA_")}
    assert found == {"FILIERA_ANVIL": "/somewhere/anvil", "FILIERA_LANG": "it", "FILIERA_PORT": "1"}


def test_commands_are_the_ordinary_program(programs):
    assert programs.run("--version").strip()


def test_ended_in_reverse_order(programs, monkeypatch):
    play(monkeypatch, SLEEPER)
    ended = []
    monkeypatch.setattr(
        processes, "_end", lambda process: (ended.append(process.pid), process.kill(), process.wait())
    )
    for name in ("first", "second"):
        programs.start(name, name, ready=bool)
    numbers = [process.pid for process in programs._running.values()]
    programs.stop()
    assert ended == numbers[::-1]
    assert not any(alive(number) for number in numbers)


def test_who_does_not_listen_is_killed(programs, monkeypatch):
    play(monkeypatch, STUBBORN)
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.3)
    programs.start("stubborn", "up", ready=lambda said: "up" in said)
    (number,) = (process.pid for process in programs._running.values())
    begun = time.monotonic()
    programs.stop()
    assert time.monotonic() - begun < 5
    assert not alive(number)


def test_program_that_ends_early_is_said_with_its_last_words(programs, monkeypatch):
    play(monkeypatch, LAST)
    with pytest.raises(ClientError) as failed:
        programs.start("node", "serve", ready=lambda _: False)
    assert (failed.value.code, failed.value.values) == (
        "DEMO_PROCESS_ENDED",
        {"status": 7, "reason": "the reason"},
    )


def test_program_that_never_gets_ready_is_given_up(programs, monkeypatch):
    play(monkeypatch, SLEEPER)
    monkeypatch.setattr(processes, "START_SECONDS", 0.3)
    with pytest.raises(ClientError) as failed:
        programs.start("chain", "up", ready=lambda _: False)
    assert failed.value.code == "DEMO_TOO_SLOW"


def test_program_that_dies_later_is_noticed(programs, monkeypatch):
    play(monkeypatch, SLEEPER)
    programs.start("node", "up", ready=lambda said: "up" in said)
    programs.ensure_running()
    for process in programs._running.values():
        process.kill()
        process.wait()
    with pytest.raises(ClientError) as failed:
        programs.ensure_running()
    assert failed.value.code == "DEMO_PROCESS_ENDED"


def test_failed_command_gives_its_reason(programs, monkeypatch):
    play(monkeypatch, LAST)
    with pytest.raises(ClientError) as failed:
        programs.run("chain", "deploy", "--secret", "x")
    assert failed.value.values == {"command": "filiera chain deploy", "status": 7, "reason": "the reason"}


def test_commands_run_side_by_side_and_answer_in_order(programs, monkeypatch):
    play(monkeypatch, "import sys, time; time.sleep(float(sys.argv[1])); print(sys.argv[1])")
    begun = time.monotonic()
    answers = programs.attempt_all([("0.8",), ("0.4",), ("0.6",)])
    assert [done.output.strip() for done in answers] == ["0.8", "0.4", "0.6"]
    assert time.monotonic() - begun < 1.7


def test_slow_command_is_ended(programs, monkeypatch):
    play(monkeypatch, SLEEPER)
    monkeypatch.setattr(processes, "COMMAND_SECONDS", 0.3)
    with pytest.raises(ClientError) as failed:
        programs.attempt("verify", "x")
    assert failed.value.code == "DEMO_TOO_SLOW"
