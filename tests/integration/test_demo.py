"""`filiera demo` as a newcomer types it: everything real, nothing left behind."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = 9
WAIT_SECONDS = 120
pytestmark = pytest.mark.system


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "client.cli", "--lang", "en", "demo", "--home", str(home), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def listening(text: str) -> set[int]:
    """Which of the addresses that a text names are still answered."""
    open_ports = set()
    for port in {int(found) for found in re.findall(r"http://127\.0\.0\.1:(\d+)", text)}:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                open_ports.add(port)
    return open_ports


def read_until(process: subprocess.Popen[str], wanted: str) -> str:
    assert process.stdout is not None
    said, until = "", time.monotonic() + WAIT_SECONDS
    while wanted not in said and time.monotonic() < until:
        line = process.stdout.readline()
        assert line or process.poll() is None, said
        said += line
    return said


@pytest.fixture(params=["textile", "coat"])
def story(request):
    if request.param == "coat":
        pytest.importorskip("client.demo.coat")
    return request.param


def test_demo_once_shows_every_step_and_leaves_nothing_running(tmp_path, story):
    process = start(tmp_path / "home", "--once", "--story", story)
    said, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0, said
    assert [f"✓ {number}/{STEPS}" in said for number in range(1, STEPS + 1)] == [True] * STEPS, said
    assert "SIGNATURE_INVALID" in said or "DISCLOSURE_UNREFERENCED" in said
    assert "LOT_ACCOUNT_GAP" in said
    assert "Sample data" in said
    # The coat has a passport, and so a page; the overshirt has none, and its evidence is the address.
    assert ("The garment's page" in said) == (story == "coat")
    assert "/custody" in said
    assert listening(said) == set()


def test_demo_with_a_second_node_verifies_when_it_is_gone(tmp_path):
    process = start(tmp_path / "home", "--once", "--two-nodes")
    said, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0, said
    assert said.count("customer of the second node") >= 3
    assert "is switched off" in said
    assert [f"✓ {number}/{STEPS}" in said for number in range(1, STEPS + 1)] == [True] * STEPS, said
    assert listening(said) == set()


def test_demo_stays_up_until_interrupted_then_ends_all_it_started(tmp_path):
    process = start(tmp_path / "home", "--story", "textile")
    try:
        said = read_until(process, "Ctrl-C")
        assert len(listening(said)) == 2, said
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=40)
        assert process.returncode == 0, said + rest
        assert listening(said) == set()
    finally:
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_interrupted_half_way_ends_all_it_started(tmp_path, number):
    process = start(tmp_path / "home", "--once", "--story", "textile")
    try:
        said = read_until(process, f"✓ 3/{STEPS}")
        assert len(listening(said)) == 2, said
        process.send_signal(number)
        rest, _ = process.communicate(timeout=40)
        assert process.returncode == 130, said + rest
        assert "Traceback" not in rest
        assert listening(said) == set()
    finally:
        process.kill()


def test_demo_takes_another_port_when_the_usual_one_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8420))
            taken.listen()
        except OSError:
            pass  # somebody else has it, which serves as well
        process = start(tmp_path / "home", "--once", "--story", "textile")
        try:
            said = read_until(process, f"✓ 3/{STEPS}")
            assert "http://127.0.0.1:8420" not in said
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=40)


def test_demo_refuses_a_taken_port_and_a_used_folder(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path / "new", "--port", str(taken.getsockname()[1]))
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 3, said
        assert "DEMO_PORT_TAKEN" in said
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine.txt").write_text("precious")
    process = start(tmp_path / "used")
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 3, said
    assert "DEMO_HOME_TAKEN" in said
    assert (tmp_path / "used" / "mine.txt").read_text() == "precious"
