"""The command line's own words: help, refusals, and a demo that starts, answers and stops without a trace."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*words, **environment):
    """Run ``./run``; return its exit code and everything it said."""
    done = subprocess.run(  # noqa: S603 - our own script
        [ROOT / "run", *words], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_help_names_every_command():
    code, said = run("help")
    assert code == 0
    assert all(f"./run {name}" in said for name in ("demo", "test", "check", "fix", "bench", "manage", "help"))


def test_an_unknown_command_or_option_is_refused_in_words():
    assert run("dance")[0] != 0
    assert "There is no ./run dance." in run("dance")[1]
    assert "does not know --fast" in run("demo", "--fast")[1]


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_port_must_be_one(port):
    assert run("demo", "--port", port) == (1, f"--port wants a number from 1 to 65535, not {port}.\n")


def test_a_port_in_use_is_told_with_a_free_idea(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = run("demo", "--port", str(port), CITYGRID_HOME=str(tmp_path))
    assert code == 1
    assert f"127.0.0.1:{port} cannot be used" in said
    assert f"Try --port {port + 1}." in said
    assert not (tmp_path / "demo").exists()


def test_two_at_once_do_not_set_up_at_once():
    holder = os.open((ROOT / ".venv").resolve().parent, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    second = subprocess.Popen(  # noqa: S603 - our own script
        [ROOT / "run", "manage", "version"], env={**os.environ, "DEBUG": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert second.stderr is not None
    try:
        assert second.stderr.readline() == "Another ./run is setting up; waiting for it ...\n"
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(timeout=1)
        os.close(holder)
        said, _ = second.communicate(timeout=60)
    finally:
        second.kill()
    assert (second.returncode, said.startswith("5.")) == (0, True)


def members(group):
    """Return the living processes of a process group: number → command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, of = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended meanwhile
            continue
        if int(of) == group and state != "Z":
            found[int(folder.name)] = words
    return found


@pytest.fixture
def demo(tmp_path):
    """Return a way to start the demo, always the same one; it returns the process, its address and what it says."""
    started: list[subprocess.Popen[bytes]] = []

    def start(seconds=240):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        told = tmp_path / f"said-{len(started)}"
        with told.open("w") as said:
            process = subprocess.Popen(  # noqa: S603 - our own script
                [ROOT / "run", "demo", "--port", str(port)],
                env={**os.environ, "CITYGRID_HOME": str(tmp_path)}, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
        started.append(process)
        until = time.monotonic() + seconds
        while "CityGrid answers at" not in told.read_text():
            assert process.poll() is None and time.monotonic() < until, told.read_text()
            time.sleep(0.3)
        return process, f"http://127.0.0.1:{port}", told.read_text

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.slow
def test_the_demo_answers_stops_without_leaving_anything_and_starts_again(demo):
    process, url, words = demo()
    assert urllib.request.urlopen(f"{url}/readyz", timeout=5).status == 200  # noqa: S310 - loopback
    assert urllib.request.urlopen(f"{url}/login/", timeout=5).status == 200  # noqa: S310 - loopback
    assert "gw1" in words() and "sysadmin1" in words()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert members(process.pid) == {}
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{url}/healthz", timeout=2)  # noqa: S310 - loopback

    process, url, words = demo()
    assert urllib.request.urlopen(f"{url}/readyz", timeout=5).status == 200  # noqa: S310 - loopback
    (worker,) = [number for number, words in members(process.pid).items() if "manage.py worker" in words]
    os.kill(worker, signal.SIGKILL)
    assert process.wait(timeout=20) == 1
    assert "The worker stopped by itself, so the rest was stopped too." in words()
    assert members(process.pid) == {}
