"""Ways in: blocks, decorators, nesting, commands; what a meter costs and loads."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from costlaw.exceptions import EvidenceError, OptionError
from costlaw.metering import Meter, meter, recover
from costlaw.metering.clocks import Clock, ClockWatch
from costlaw.metering.outputs.live_line import seconds_to_error
from costlaw.metering.probes.probe import Channel
from costlaw.metering.probes.replay import Replay
from costlaw.metering.probes.time_only import TimeOnly
from costlaw.metering.records.journal import write_interval_s
from costlaw.metering.records.session import MOST_MARKS, Mark, Reading, Session, Window
from costlaw.metering.summary import summarise

GPU = Channel(key="gpu:a", component="gpu", tier="A", method="replayed")
CPU = Channel(key="load:processor", component="processor", tier="C", method="replayed")


def test_the_path_to_the_first_step_loads_nothing_heavy(tmp_path):
    code = (
        "import sys\nimport costlaw\n"
        "with costlaw.meter('job', folder=sys.argv[1], live=True) as m:\n    m.step(examples=1)\n"
        "    bad = {'numpy', 'polars', 'scipy', 'torch', 'click', 'rich', 'ssl', 'http.client',"
        " 'pynvml', 'psutil'} & set(sys.modules)\n    print(sorted(bad))\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_nested_and_concurrent_windows_share_one_sampler_thread(tmp_path):
    with meter("outer", folder=tmp_path, interval_s=0.05, live=False) as outer:
        with outer.window("inner") as inner, meter("other", folder=tmp_path, live=False) as other:
            names = [thread.name for thread in threading.enumerate()]
            assert names.count("costlaw-meter") == 1
            inner.step(examples=1)
            other.step(examples=2)
            time.sleep(0.1)
        outer.step(examples=4)
    assert [m.result.examples for m in (outer, inner, other)] == [4, 1, 2]
    assert outer.result.elapsed_s > inner.result.elapsed_s > 0.09
    assert {found.name for found in recover(tmp_path)} == {"outer", "inner", "other"}


def test_what_is_recovered_is_what_was_told_live(tmp_path):
    with meter("run", folder=tmp_path, interval_s=0.05, live=False, pue=1.2) as m:
        for step in range(5):
            time.sleep(0.03)
            m.step(examples=8, error=0.5 / (step + 1), model_flop=1e9)
    live, found = m.result.to_dict(), recover(tmp_path)[0].to_dict()
    del live["notes"], found["notes"]  # of the whole process, which earlier tests share
    assert found == live


def test_a_decorator_meters_each_call_and_keeps_the_answer(tmp_path):
    @meter("call", folder=tmp_path, live=False)
    def double(x: int) -> int:
        """Double."""
        return 2 * x

    assert (double(3), double(4)) == (6, 8)
    assert double.__doc__ == "Double."
    assert double.last_meter.result.ended == "finished"
    assert len(recover(tmp_path)) == 2


def test_a_decorated_coroutine_is_metered_until_it_ends(tmp_path):
    @meter("wait", folder=tmp_path, live=False)
    async def wait() -> int:
        await asyncio.sleep(0.1)
        return 1

    assert asyncio.run(wait()) == 1
    assert wait.last_meter.result.elapsed_s >= 0.09


def test_a_run_of_50_ms_has_its_time_and_its_energy(tmp_path):
    with meter("short", folder=tmp_path, live=False) as m:
        time.sleep(0.05)
    assert 0.045 < m.result.elapsed_s < 0.5
    if m.result.headline:
        assert m.result.energy_kwh > 0


def test_a_run_becomes_a_run_that_the_laws_take(tmp_path):
    with meter("small", folder=tmp_path, live=False, parameters=1e6) as m:
        m.step(examples=64, error=0.2, model_flop=3e9)
    run = m.run
    assert (run.error, run.compute_flop, run.examples, run.parameters) == (0.2, 3e9, 64, 1e6)
    assert run.duration_s == m.result.elapsed_s


def test_a_run_without_an_error_is_refused_with_what_to_do(tmp_path):
    with meter("mute", folder=tmp_path, live=False) as m:
        m.step(examples=64)
    with pytest.raises(EvidenceError, match=r"m\.step\(error="):
        _ = m.run
    assert m.result.run(error=0.3).error == 0.3


def test_figures_carry_scope_tier_and_an_interval_that_says_it_is_not_calibrated(tmp_path):
    start = {"gpu:a": 0.0, "load:processor": 0.0}
    end = {"gpu:a": 3.6e6, "load:processor": 0.36e6}
    probe = Replay([GPU, CPU], [(0.0, start), (1000.0, end)])
    with Meter("replayed", folder=tmp_path, probes=[probe], live=False, pue=1.5) as m:
        time.sleep(0.05)
    figures = {(f.scope, f.component): f for f in m.result.figures}
    gpu, machine = figures["device", "gpu"], figures["machine", "all"]
    assert gpu.tier == "A"
    assert gpu.high_kwh == pytest.approx(1.1 * gpu.energy_kwh)
    assert machine.energy_kwh == pytest.approx(1.25 * 1.1 * gpu.energy_kwh)
    assert figures["facility", "all"].energy_kwh == pytest.approx(1.5 * machine.energy_kwh)
    assert "not calibrated by us" in str(m.result)
    assert m.result.table().columns == ["quantity", "estimate", "low", "high", "level", "unit"]
    assert m.result.energy.interval(0.9)[1] > m.result.energy_kwh


def test_without_a_sensor_energy_is_absent_and_never_zero(tmp_path):
    with Meter("blind", folder=tmp_path, probes=[TimeOnly()], live=False) as m:
        time.sleep(0.02)
    assert (m.result.tier, m.result.energy_kwh, m.result.figures) == ("D", None, ())
    assert "no energy" in m.result._repr_html_()
    assert "no energy" in str(m.result)


class JumpingClock(Clock):
    """Awake, boot and calendar time that a test sets."""

    def __init__(self) -> None:
        self.awake, self.boot, self.unix = 100.0, 200.0, 1e9

    def awake_s(self) -> float:
        return self.awake

    def boot_s(self) -> float:
        return self.boot

    def unix_s(self) -> float:
        return self.unix


def test_a_suspended_machine_and_a_date_that_jumps_are_told_apart():
    clock = JumpingClock()
    watch = ClockWatch(clock)
    clock.awake, clock.boot, clock.unix = 101.0, 201.0, 1e9 + 1
    assert watch.check() == []
    clock.awake, clock.boot, clock.unix = 102.0, 3802.0, 1e9 + 3602
    assert "suspended for 3600 s" in watch.check()[0]
    clock.awake, clock.boot, clock.unix = 103.0, 3803.0, 1e9 - 5000
    assert "set by -8603 s" in watch.check()[0]


def test_30_days_stay_within_a_bounded_file_and_memory():
    t, records = 0.0, 0
    while t < 30 * 86400:
        t += write_interval_s(t, 1.0)
        records += 1
    assert records < 60_000  # of about 200 bytes: 12 MB
    zero = Reading(t=0)
    window = Window(number=1, name="long", opened_unix_s=0.0, opened=zero, last=zero)
    for step in range(100_000):
        window.add_mark(Mark(t=float(step), step=step, examples=step, error=0.5))
    assert len(window.marks) <= MOST_MARKS
    assert (window.marks[0].step, window.marks[-1].step) == (0, 99_999)


def test_a_step_costs_microseconds(tmp_path):
    with meter("fast", folder=tmp_path, live=False) as m:
        began = time.process_time()
        for _ in range(20_000):
            m.step(examples=1)
        assert time.process_time() - began < 20_000 * 20e-6
    assert m.result.steps == 20_000


def test_options_that_make_no_sense_are_refused(tmp_path):
    with pytest.raises(OptionError, match="no sensor refreshes faster"):
        meter("x", interval_s=0.0)
    with pytest.raises(OptionError, match="unknown settings colour"):
        meter("x", colour="blue")
    with pytest.raises(OptionError, match="never started"):
        meter("x").stop()
    m = meter("x", folder=tmp_path, live=False).start()
    with pytest.raises(OptionError, match="running already"):
        m.start()
    m.stop()


def test_the_time_to_the_target_is_told_while_errors_fall_and_not_otherwise():
    zero, last = Reading(t=0), Reading(t=400)
    falling = Window(number=1, name="w", opened_unix_s=0, opened=zero, last=last)
    flat = Window(number=2, name="w", opened_unix_s=0, opened=zero, last=last)
    for t in range(10, 410, 10):
        falling.add_mark(Mark(t=t, step=t, examples=t, error=t**-0.5))
        flat.add_mark(Mark(t=t, step=t, examples=t, error=0.3 + 0.01 * (t % 20 == 0)))
    # error = t^-0.5 reaches 0.025 at t = 1600: 1200 s after the last reading at 400 s
    assert seconds_to_error(falling, 0.025) == pytest.approx(1200, rel=1e-6)
    assert seconds_to_error(flat, 0.1) is None


def test_a_counter_that_stood_still_gives_way_to_load_times_rated_power():
    rapl = Channel(key="rapl:package-0", component="processor", tier="A", method="RAPL")
    session = Session({"kind": "start", "t": 0.0, "channels": [rapl.to_dict(), CPU.to_dict()]})
    zero = {"rapl:package-0": 0.0, "load:processor": 0.0}
    session.feed({"kind": "open", "w": 1, "name": "n", "unix": 0, "t": 0.0, "e": zero})
    session.feed({"kind": "sample", "t": 20.0, "e": zero | {"load:processor": 200.0}})
    assert summarise(session, session.windows[1]).tier == "A"
    stalled = {"channel": "rapl:package-0", "event": "stalled", "text": "still", "tier": None}
    session.feed({"kind": "event", "t": 20.0} | stalled)
    found = summarise(session, session.windows[1])
    assert found.tier == "C"
    assert found.figures[0].energy_kwh == pytest.approx(200 / 3.6e6)


def test_a_command_passes_its_exit_code_and_its_signals_through(tmp_path):
    words = [sys.executable, "-m", "costlaw", "meter", "--dir", str(tmp_path), "--quiet", "--"]
    leaving = [sys.executable, "-c", "import sys; sys.exit(3)"]
    assert subprocess.run([*words, *leaving], timeout=60, check=False).returncode == 3
    dying = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    assert subprocess.run([*words, *dying], timeout=60, check=False).returncode == -9
    waiting = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(30)"]
    child = subprocess.Popen([*words, *waiting], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    child.terminate()
    child.communicate(timeout=20)
    assert child.returncode == -15
    assert {found.ended for found in recover(tmp_path)} == {"exit code 3", "SIGKILL", "SIGTERM"}


def test_a_commands_children_are_counted_and_one_that_outlives_it_is_not_waited_for(tmp_path):
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    code = (
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])\n"
    )
    words = [sys.executable, "-m", "costlaw", "meter", "--dir", str(tmp_path), "--quiet", "--"]
    done = subprocess.run([*words, sys.executable, "-c", code], timeout=60, check=False)
    assert done.returncode == 0
    found = recover(tmp_path)[0]
    assert found.cpu_s > 0.4
    note = next(note for note in found.notes if "1 processes outlive the command" in note)
    os.kill(int(re.search(r"\((\d+)\)", note)[1]), signal.SIGKILL)  # it still ran: clean up
    assert found.elapsed_s < 25


def test_a_remark_belongs_to_its_window_and_comes_back_from_the_file(tmp_path):
    with meter("one", folder=tmp_path, live=False) as one:
        one.note("mine alone")
    with meter("two", folder=tmp_path, live=False) as two:
        two.step()
    assert "mine alone" in one.result.notes
    assert "mine alone" not in two.result.notes
    notes = {found.name: found.notes for found in recover(tmp_path)}
    assert "mine alone" in notes["one"]
    assert "mine alone" not in notes["two"]


def test_two_meters_of_one_process_in_two_folders_each_have_their_file(tmp_path):
    with meter("a", folder=tmp_path / "a", live=False) as a:
        with meter("b", folder=tmp_path / "b", live=False) as b:
            b.step(examples=1)
        a.step(examples=2)
    assert [found.name for found in recover(tmp_path / "a")] == ["a"]
    assert [found.examples for found in recover(tmp_path / "b")] == [1]


def test_numbers_that_are_none_never_end_a_training_and_are_counted(tmp_path):
    with meter("diverged", folder=tmp_path, interval_s=0.05, live=False, pue=float("inf")) as m:
        m.step(examples=float("nan"), error=float("nan"), model_flop=float("inf"))
        time.sleep(0.15)
        m.step(examples=4, error=0.5)
    assert (m.result.examples, m.result.error, m.result.steps) == (4.0, 0.5, 2)
    assert any("3 reported numbers were not finite" in note for note in m.result.notes)
    assert recover(tmp_path)[0].examples == 4.0


def test_arrays_and_objects_in_settings_are_written_as_they_can_be(tmp_path):
    numpy = pytest.importorskip("numpy")
    with meter("odd", folder=tmp_path, live=False, parameters=numpy.float32(5), seed=object()) as m:
        m.step(examples=numpy.int64(3), error=numpy.float64(0.25))
    found = recover(tmp_path)[0]
    assert (found.settings["parameters"], found.error) == (5.0, 0.25)


def test_a_hundred_thousand_error_reports_between_two_samples_stay_bounded(tmp_path):
    with Meter("many", folder=tmp_path, probes=[], interval_s=60.0, live=False) as m:
        for step in range(100_000):
            m.step(error=1 / (step + 1))
    assert len(m.result.curve) <= 64
    assert m.result.curve[-1]["step"] == 100_000
    assert (tmp_path / m.file).stat().st_size < 20_000


def test_a_thousand_metered_calls_leave_nothing_behind_in_the_sampler(tmp_path):
    with Meter("outer", folder=tmp_path, probes=[], live=False) as outer:
        sampler = outer._sampler
        for _ in range(1000):
            number = sampler.open_window("call", outer.folder, {})
            sampler.close_window(number, "finished")
        assert len(sampler.session.windows) == len(sampler.folders) == 1
    assert len(recover(tmp_path)) == 1001


def test_a_slow_sensor_never_delays_the_first_step_and_is_scaled_to_the_whole_span(tmp_path):
    from costlaw.metering import windows
    from costlaw.metering.probes.catalogue import Opener
    from costlaw.metering.sampler import Sampler

    def open_slowly():
        time.sleep(0.4)
        return Replay([GPU], [(0.0, {"gpu:a": 0.0}), (1000.0, {"gpu:a": 1e5})])  # 100 W

    slow = Opener(name="slow", open=open_slowly, slow=True)
    subject = Meter("late", folder=tmp_path, probes=[], interval_s=0.05, live=False)
    original = windows.Sampler
    windows.Sampler = lambda openers, **options: Sampler([slow], **options)
    try:
        began = time.perf_counter()
        subject.start()
        with Meter("inner", folder=tmp_path, probes=[], live=False):
            assert time.perf_counter() - began < 0.3
    finally:
        windows.Sampler = original
    time.sleep(1.0)
    found = subject.stop()
    assert found.energy_kwh * 3.6e6 / found.elapsed_s == pytest.approx(100, rel=0.03)
    assert any("opened late" in note for note in found.notes)


def test_a_fork_after_start_meters_the_child_in_a_file_of_its_own(tmp_path):
    code = (
        "import os, sys\nfrom costlaw.metering import meter\n"
        "with meter('parent', folder=sys.argv[1], live=False) as m:\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        with meter('child', folder=sys.argv[1], live=False) as c:\n"
        "            c.step(examples=3)\n"
        "        os._exit(0)\n"
        "    os.waitpid(pid, 0)\n    m.step(examples=1)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=30)
    found = {item.name: item for item in recover(tmp_path)}
    assert (found["parent"].examples, found["child"].examples) == (1, 3)
    assert found["parent"].file != found["child"].file
