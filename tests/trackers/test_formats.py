"""Binary formats: whole, cut off, damaged, hostile. Never a crash, never unbounded memory."""

import contextlib
import runpy
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costlaw.exceptions import CostlawError
from costlaw.trackers import import_runs
from costlaw.trackers.formats.block_log import BLOCK, log_records
from costlaw.trackers.formats.crc32c import crc32c, masked
from costlaw.trackers.formats.events import Event
from costlaw.trackers.formats.protobuf import MalformedMessage, fields, varint
from costlaw.trackers.formats.record_file import LARGEST, Damage, records
from costlaw.trackers.formats.scalars import flat_yaml, number
from costlaw.trackers.logged import Trace

HERE = Path(__file__).parent / "recordings"
EVENTS = sorted((HERE / "tensorboard" / "torch" / "net-0").glob("*tfevents*"))[0]
WANDB = sorted((HERE / "wandb").glob("*.wandb"))[0]
STORES = [
    EVENTS, WANDB, HERE / "mlflow" / "mlflow.db", HERE / "optuna" / "optuna.db",
    HERE / "optuna" / "optuna.journal",
    HERE / "hugging_face" / "width-2" / "checkpoint-48" / "trainer_state.json",
    HERE / "lightning" / "width-2" / "metrics.csv", HERE / "keras" / "width-2.log",
]  # fmt: skip
MOST_MEMORY = 32 * 2**20  # of a file of some kilobytes, whatever sizes it states
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def framed(*payloads):
    """Bytes of a TFRecord file."""

    def checksum(data):
        return struct.pack("<I", int(masked(crc32c(np.frombuffer(data, np.uint8)[None, :]))[0]))

    parts = []
    for payload in payloads:
        length = struct.pack("<Q", len(payload))
        parts += [length, checksum(length), payload]
        parts.append(checksum(payload) if payload else struct.pack("<I", 0xA282EAD8))
    return b"".join(parts)


def read_records(path):
    damage = Damage()
    return list(records(path, damage)), damage


def slow_crc32c(data):
    """The checksum bit by bit, straight from its definition."""
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


@given(st.binary(min_size=1, max_size=300))
@FUZZ
def test_the_checksum_of_many_strings_at_once_is_that_of_the_definition(data):
    rows = np.frombuffer(data + data[::-1], np.uint8).reshape(2, -1)
    assert crc32c(rows).tolist() == [slow_crc32c(data), slow_crc32c(data[::-1])]


def test_the_checksum_agrees_with_the_test_vectors_of_its_standard():
    for data, expected in [  # RFC 3720, section B.4
        (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ]:  # fmt: skip
        assert int(crc32c(np.frombuffer(data, np.uint8)[None, :])[0]) == expected


def test_a_whole_file_of_records_is_read_across_blocks(tmp_path):
    payloads = [bytes([n % 256]) * (n % 5000 + 1) for n in range(900)]
    (tmp_path / "x").write_bytes(framed(*payloads))
    found, damage = read_records(tmp_path / "x")
    assert found == payloads
    assert damage.words() == ""


def test_a_record_cut_off_at_the_end_leaves_the_others(tmp_path):
    (tmp_path / "x").write_bytes(framed(b"one", b"two", b"three")[:-5])
    found, damage = read_records(tmp_path / "x")
    assert found == [b"one", b"two"]
    assert "half-written" in damage.words()


def test_a_wrong_byte_in_the_data_loses_one_record_and_in_a_length_the_rest(tmp_path):
    data = bytearray(framed(b"one", b"two", b"three"))
    data[12] ^= 1
    (tmp_path / "x").write_bytes(data)
    found, damage = read_records(tmp_path / "x")
    assert found == [b"two", b"three"]
    assert "1 records with a wrong checksum" in damage.words()
    data[12] ^= 1
    data[19] ^= 1  # the second length
    (tmp_path / "x").write_bytes(data)
    found, damage = read_records(tmp_path / "x")
    assert found == [b"one"]
    assert "could not be read" in damage.words()


def test_a_record_too_large_to_be_a_scalar_is_passed_over_unread(tmp_path):
    large = bytes(LARGEST + 10)
    length = struct.pack("<Q", len(large))
    head = length + struct.pack("<I", int(masked(crc32c(np.frombuffer(length, np.uint8)[None]))[0]))
    (tmp_path / "x").write_bytes(framed(b"one") + head + large + b"\0\0\0\0" + framed(b"two"))
    found, damage = read_records(tmp_path / "x")
    assert found == [b"one", b"two"]
    assert damage.words() == ""


@pytest.mark.parametrize("length", [2**63, 2**40, 2**31])
def test_a_hostile_length_costs_no_memory(tmp_path, length):
    size = struct.pack("<Q", length)
    head = size + struct.pack("<I", int(masked(crc32c(np.frombuffer(size, np.uint8)[None]))[0]))
    (tmp_path / "x").write_bytes(framed(b"one") + head + b"short")
    tracemalloc.start()
    found, damage = read_records(tmp_path / "x")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [b"one"]
    assert damage.words() != ""
    assert peak < 16 * 2**20


def block(kind, data):
    return struct.pack("<IHB", zlib.crc32(data, zlib.crc32(bytes([kind]))), len(data), kind) + data


def test_a_record_in_pieces_over_blocks_is_put_together(tmp_path):
    room = BLOCK - 7 - 7
    whole = bytes(range(256)) * 300
    parts = [whole[:room], whole[room : room + BLOCK - 7], whole[room + BLOCK - 7 :]]
    (tmp_path / "x.wandb").write_bytes(
        b":W&B\xe1\xbe\x00" + block(2, parts[0]) + block(3, parts[1]) + block(4, parts[2])
        + block(1, b"after")
    )  # fmt: skip
    damage = Damage()
    assert list(log_records(tmp_path / "x.wandb", damage)) == [whole, b"after"]
    assert damage.words() == ""


@given(st.binary(max_size=200))
@FUZZ
def test_any_bytes_are_a_message_or_refused(data):
    with contextlib.suppress(MalformedMessage):
        for _, _, value in fields(data):
            assert isinstance(value, int) or len(value) <= len(data)
    with contextlib.suppress(MalformedMessage):
        Event(data)


def test_a_number_that_never_ends_is_refused():
    with pytest.raises(MalformedMessage):
        varint(b"\xff" * 50, 0)


def attempt(path, folder):
    """Import a damaged copy: a table, or a refusal in words."""
    target = folder / path.name
    tracemalloc.start()
    try:
        return import_runs(target, metric=None, points="last", unfinished=True)
    except CostlawError as refusal:
        assert len(str(refusal)) > 20
        return None
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < MOST_MEMORY, f"{peak:,} bytes for a file of {target.stat().st_size:,}"


@pytest.mark.parametrize("path", STORES, ids=lambda path: path.name[:24])
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_store_cut_off_anywhere_is_partial_or_refused(path, tmp_path, data):
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    (tmp_path / path.name).write_bytes(whole[:cut])
    attempt(path, tmp_path)


@pytest.mark.parametrize("path", STORES, ids=lambda path: path.name[:24])
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_store_with_wrong_bytes_is_partial_or_refused(path, tmp_path, data):
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + 1] = data.draw(st.binary(max_size=4))
    (tmp_path / path.name).write_bytes(damaged)
    attempt(path, tmp_path)


def test_the_good_events_before_the_damage_are_kept(tmp_path):
    whole = EVENTS.read_bytes()
    (tmp_path / EVENTS.name).write_bytes(whole[: len(whole) * 2 // 3])
    runs = import_runs(tmp_path / EVENTS.name, points="curve")
    assert 1 <= len(runs) < 5
    assert any("half-written" in note for note in runs.notes)


def test_numbers_and_flat_settings():
    assert [number(text) for text in ("1e-3", "1_000", "nan", "x", "")][:2] == [1e-3, 1000]
    found = flat_yaml("lr: 0.1\nname: 'a: b'\nnested:\n  deep: 2\nlist: [1, 2]\nnote: x # why\n")
    assert found == {"lr": 0.1, "name": "a: b", "note": "x"}


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(allow_nan=False)), min_size=1))
def test_a_trace_keeps_the_last_value_of_each_step_in_order(points):
    trace = Trace.of([step for step, _ in points], [value for _, value in points])
    steps, values = trace.load()
    latest = dict(points)
    assert steps.tolist() == sorted(latest)
    assert values.tolist() == [latest[int(step)] for step in steps]
    assert (trace.step, trace.last) == (steps[-1], values[-1])


def test_the_recordings_are_remade_by_scripts_beside_them():
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and path.name[0] != "_"}
    text = "".join(path.read_text() for path in HERE.glob("make_*.py"))
    for name in folders:
        assert f'"{name}"' in text, name
    assert runpy.run_path(str(HERE / "settings.py"))["POINTS"] == 5


CELLS = st.one_of(
    st.floats().map(repr),
    st.sampled_from(["", "", " ", "adam", '"0.5"', '"a\nb"', ".nan", " 2", "1_0", "-inf", "7,8"]),
)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12),
    plain=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([8, 40, 1 << 20]),
    tail=st.sampled_from(["", "1,2", "1,2,3", "\n\n", "1\r2,3,4\n"]),
)
def test_a_log_in_blocks_of_numbers_is_the_log_read_cell_by_cell(
    tmp_path_factory, rows, plain, end, block, tail
):
    from costlaw.trackers.formats import log_table

    if plain:
        rows = [[repr(number(cell) or 0.1) if cell else "" for cell in row] for row in rows]
    path = tmp_path_factory.getbasetemp() / "metrics.csv"
    path.write_bytes(end.join(["step,loss,flops", *map(",".join, rows), tail]).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_table, "_BLOCK", block)
        quick = log_table.read_log(path)
        patch.setattr(log_table, "_take_numbers", lambda *_, **__: False)
        slow = log_table.read_log(path)
    assert (quick.headers, quick.rows, quick.notes) == (slow.headers, slow.rows, slow.notes)
    for header in slow.headers:
        for ours, theirs in zip(quick.columns[header], slow.columns[header], strict=True):
            np.testing.assert_array_equal(ours, theirs)  # to the last bit, NaN where NaN


def test_a_log_keeps_the_rows_before_a_line_that_is_no_csv(tmp_path):
    from costlaw.trackers.formats.log_table import read_log

    path = tmp_path / "metrics.csv"
    path.write_text("step,loss,note\n0,0.5,\n1,,x\n2,0.25,3\n" + '"' + "a" * 200_000 + "\n3,1,1\n")
    table = read_log(path)
    assert table.rows == 3
    assert [list(part) for part in table.columns["loss"]] == [[0, 2], [0.5, 0.25]]
    assert [list(part) for part in table.columns["note"]] == [[2], [3.0]]
    assert any("not readable past line" in note for note in table.notes)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["val/error", "train_flops", "x"]),
            st.integers(0, 2**40),
            st.floats(width=32, allow_nan=False),
        ),
        max_size=30,
    )
)
@settings(max_examples=40, deadline=None)
def test_an_event_read_by_place_is_the_event_that_a_walk_reads(points):
    from costlaw.trackers.formats.events import Layouts

    layouts = Layouts()
    seen = 0
    for tag, step, value in points:
        data = bytes_of_event(tag, step, value)
        walked = Event(data)
        known = layouts.read(data)
        if known:
            seen += 1
            assert known == (walked.wall_s, walked.step, *walked.scalars[0])
        else:
            layouts.learn(data, walked)
    assert seen or len({(tag, step.bit_length() // 7) for tag, step, _ in points}) >= min(
        len(points), 1
    )


def bytes_of_event(tag, step, value):
    """An event as the writers serialise it."""

    def number(n):
        out = b""
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])

    inner = b"\x0a" + number(len(tag)) + tag.encode() + b"\x15" + struct.pack("<f", value)
    summary = b"\x0a" + number(len(inner)) + inner
    step_field = b"\x10" + number(step)
    return b"\x09" + struct.pack("<d", 1.5) + step_field + b"\x2a" + number(len(summary)) + summary


def test_the_rows_of_a_table_are_the_points_of_its_curves(tmp_path):
    path = tmp_path / "curves.csv"
    rows = [f"{run},{step},{step * size:g},{0.9 - step / 1000 - size / 1e16:g}"
            for run, size in (("a", 1e13), ("b", 4e13)) for step in (100, 200, 400)]  # fmt: skip
    path.write_text("run,step,train_flops,val_error\n" + "\n".join(rows) + "\n")
    asked, plain = import_runs(path, points="curve"), import_runs(path)
    assert list(asked.numbers("compute_flop")) == [1e15, 2e15, 4e15, 4e15, 8e15, 1.6e16]
    assert asked.digest == plain.digest
