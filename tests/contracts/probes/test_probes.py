"""Every probe sits one exam: it counts what was used, never falls, and says when it fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from costlaw.metering.probes.probe import FACTOR
from costlaw.metering.probes.time_only import TimeOnly

sys.path.insert(0, str(Path(__file__).parent))
import sensors

EVERY = pytest.mark.parametrize(
    "device",
    [sensors.GpuCounter, sensors.GpuPower, sensors.Powercap, sensors.Load, sensors.Recording],
    ids=lambda device: device.__name__,
)
USES = [(1.0, 0.5), (2.0, 0.25), (0.5, 0.0), (1.0, 0.9)]  # seconds, joules


@EVERY
def test_channels_say_what_they_are(device, tmp_path):
    channels = device(tmp_path).probe.channels
    assert channels
    assert len({channel.key for channel in channels}) == len(channels)
    for channel in channels:
        assert channel.component in {"gpu", "processor", "memory"}
        assert channel.tier in FACTOR
        assert channel.method


@EVERY
def test_what_was_used_is_what_is_read(device, tmp_path):
    subject = device(tmp_path)
    now, expected = 100.0, 0.0
    assert subject.probe.read(now)[subject.watched] == 0.0
    for seconds, joules in USES:
        now += seconds
        expected += subject.use(seconds, joules)
        assert subject.probe.read(now)[subject.watched] == pytest.approx(expected, rel=1e-3)
    assert subject.probe.drain_events() == []


@EVERY
def test_a_reading_never_falls_and_reading_twice_adds_nothing(device, tmp_path):
    subject = device(tmp_path)
    subject.probe.read(100.0)
    subject.use(1.0, 0.7)
    first = subject.probe.read(101.0)[subject.watched]
    assert subject.probe.read(101.0)[subject.watched] == first
    assert subject.probe.read(100.5)[subject.watched] >= first  # a clock that went back


@pytest.mark.parametrize(
    "device",
    [sensors.GpuCounter, sensors.GpuPower, sensors.Powercap, sensors.Recording],
    ids=lambda device: device.__name__,
)
def test_a_device_that_disappears_is_said_once_and_the_others_are_still_read(device, tmp_path):
    subject = device(tmp_path)
    subject.probe.read(100.0)
    subject.vanish()
    for now in (101.0, 102.0, 103.0):
        assert subject.watched not in subject.probe.read(now)
    events = subject.probe.drain_events()
    assert [(event.channel, event.event) for event in events] == [(subject.watched, "lost")]
    assert events[0].text


@EVERY
def test_closing_twice_is_harmless(device, tmp_path):
    subject = device(tmp_path)
    subject.probe.close()
    subject.probe.close()


def test_where_there_is_no_sensor_nothing_is_read():
    probe = TimeOnly()
    assert (probe.read(0.0), probe.channels) == ({}, ())
