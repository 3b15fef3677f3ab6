"""The ledger keeps what was written whatever is done to its end; one driver holds it."""

import errno
import json
import os
import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlaw.exceptions import DataError, OutputError
from costlaw.lab.sweeps import lock as locks
from costlaw.lab.sweeps.ledger import FILE, Ledger, read_ledger
from costlaw.lab.sweeps.lock import DriverLock, process_start


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    with Ledger(folder) as ledger:
        events = [
            ledger.append("begun", key=f"{i:016x}", number=i / 7, said="é ☃") for i in range(9)
        ]
    return (folder / FILE).read_bytes(), events


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 2000))
def test_cut_anywhere_it_gives_the_events_before_and_can_be_written_on(
    written, tmp_path_factory, cut
):
    content, events = written
    folder = tmp_path_factory.mktemp("cut")
    (folder / FILE).write_bytes(content[: min(cut, len(content))])
    found = read_ledger(folder)
    assert list(found.events) == events[: len(found.events)]
    assert len(found.events) >= content[:cut].count(b"\n")
    with Ledger(folder) as ledger:
        later = ledger.append("stopped", reason="tested")
    assert read_ledger(folder).events == (*found.events, later)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), letter=st.integers(0, 255))
def test_a_damaged_byte_costs_its_own_line_and_is_counted(written, tmp_path_factory, place, letter):
    content, events = written
    place %= len(content)
    damaged = bytearray(content)
    damaged[place] = letter
    folder = tmp_path_factory.mktemp("damaged")
    (folder / FILE).write_bytes(bytes(damaged))
    found = read_ledger(folder)
    assert len(found.events) >= len(events) - 2  # a damaged line end joins two lines
    assert all(event in events for event in found.events)
    if len(found.events) < len(events):
        assert found.damaged
        assert "passed over" in found.note


def test_a_ledger_of_another_version_is_not_guessed_at(tmp_path):
    with Ledger(tmp_path) as ledger:
        ledger.append("sweep", schema="costlaw-ledger/99")
    with pytest.raises(DataError, match="costlaw-ledger/99; this version reads"):
        read_ledger(tmp_path)


def test_a_lock_whose_holder_is_gone_is_taken(tmp_path):
    gone = {"pid": 2**22 + 1, "host": socket.gethostname(), "start": "1", "since": "then"}
    (tmp_path / locks.FILE).write_text(json.dumps(gone))
    DriverLock(tmp_path).release()


@pytest.fixture
def no_flock(monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(locks.fcntl, "flock", refuse)


def hold(folder, **change):
    mine = {"pid": os.getpid(), "host": socket.gethostname(), "start": process_start(os.getpid())}
    (folder / locks.FILE).write_text(json.dumps(mine | change))


@pytest.mark.skipif(process_start(os.getpid()) is None, reason="no /proc on this system")
def test_without_kernel_locks_a_living_holder_is_found_by_its_process(tmp_path, no_flock):
    hold(tmp_path)
    with pytest.raises(OutputError, match=f"process {os.getpid()} on"):
        DriverLock(tmp_path)
    hold(tmp_path, start="1")  # the number was given to another process since
    DriverLock(tmp_path).release()


def test_without_kernel_locks_a_holder_elsewhere_lives_while_it_touches_its_lock(
    tmp_path, no_flock
):
    hold(tmp_path, host="elsewhere")
    with pytest.raises(OutputError, match="on elsewhere"):
        DriverLock(tmp_path)
    long_ago = time.time() - 2 * locks.FRESH_S
    os.utime(tmp_path / locks.FILE, (long_ago, long_ago))
    DriverLock(tmp_path).release()
