"""What other tools are told: a terminal, Prometheus, OpenTelemetry, CodeCarbon; and doctor."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
import urllib.request

import prometheus_client
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from costlaw.cards import bill_of_metered, tariff, tariff_of
from costlaw.exceptions import OptionError, OutputError, UnknownName
from costlaw.metering import Meter, meter, recover
from costlaw.metering.metered import Metered
from costlaw.metering.outputs.codecarbon_file import COLUMNS, write_emissions
from costlaw.metering.outputs.prometheus import Spans, serve, write_file
from costlaw.metering.outputs.telemetry import observe
from costlaw.metering.probes.probe import Channel, Probe
from costlaw.trackers.catalogue import make_reader
from costlaw.trackers.logged import Wanted
from costlaw.trackers.place import Place

GPU = Channel(key="gpu:a", component="gpu", tier="A", method="replayed", label="Tesla T4")
CPU = Channel(key="load:processor", component="processor", tier="C", method="replayed")


class Told(Probe):
    """Sensors that say what a test tells them."""

    name = "told"

    def __init__(self):
        super().__init__()
        self.channels = (GPU, CPU)
        self.energy = {"gpu:a": 0.0, "load:processor": 0.0}

    def read(self, now_s):
        return dict(self.energy)


def replayed(name, folder, **options):
    """Return a running meter whose sensors have told 1 kWh of GPU and 0.1 of processor."""
    probe = Told()
    found = Meter(name, folder=folder, probes=[probe], live=False, **options).start()
    probe.energy = {"gpu:a": 3.6e6, "load:processor": 0.36e6}
    time.sleep(0.01)
    return found


# -- the live line, on a real terminal -------------------------------------------------------------

TRAIN = """
import sys, time
from costlaw.metering import meter
with meter("fall", folder=sys.argv[1], interval_s=0.1, price_usd_per_hour=36.0,
           total_examples=400, target_error=0.05) as m:
    for i in range(1, 101):
        time.sleep(0.02)
        m.step(examples=2, error=(0.02 * i) ** -0.5 / 4)
"""


def on_a_terminal(words, columns=200):
    """Run a command on a terminal of its own; return what it showed there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES"}}
    child = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=environment,
                             close_fds=True)  # fmt: skip
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    assert child.wait(timeout=30) == 0
    return shown.decode()


def test_a_terminal_shows_one_line_with_time_energy_cost_and_both_forecasts(tmp_path):
    shown = on_a_terminal([sys.executable, "-c", TRAIN, str(tmp_path)])
    lines = [line.strip() for line in re.split(r"[\r\n]+", shown) if line.strip()]
    last = lines[-1]
    assert "\n" not in shown.strip(), "one line, written over and over"
    assert re.match(r"fall · 0:00:\d\d · ", last)
    assert "mWh (tier C, machine)" in last
    seconds = int(re.match(r"fall · 0:00:(\d\d)", last)[1])
    dollars = float(re.search(r"\$(\d\.\d\d) so far", last)[1])
    assert dollars == pytest.approx(0.01 * seconds, abs=0.015)  # $36 an hour
    assert re.search(r"done in 0:0\d:\d\d", last)  # half of the examples are left
    assert re.search(r"error 0.05 in about 0:0\d:\d\d", last)  # by the law of the errors
    assert shown.rstrip("\r").endswith(" ") or shown.endswith("\r"), "the line is taken away"


def test_a_narrow_terminal_gets_a_line_that_fits(tmp_path):
    shown = on_a_terminal([sys.executable, "-c", TRAIN, str(tmp_path)], columns=40)
    assert all(len(line.rstrip()) <= 39 for line in re.split(r"[\r\n]+", shown))


def test_what_is_not_a_terminal_gets_nothing(tmp_path):
    words = [sys.executable, "-c", TRAIN.replace("range(1, 101)", "range(1, 11)"), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_metered_command_leaves_the_line_to_the_meter_inside_it(tmp_path):
    inner = TRAIN.replace("price_usd_per_hour=36.0,", "")
    words = [sys.executable, "-m", "costlaw", "meter", "--dir", str(tmp_path), "--interval", "0.1",
             "--price", "36", "--", sys.executable, "-c", inner, str(tmp_path)]  # fmt: skip
    shown = on_a_terminal(words)
    lines = [part for part in re.split(r"[\r\n]+", shown) if part.strip()]
    inner_lines = [n for n, part in enumerate(lines) if part.startswith("fall ·")]
    outer_lines = [n for n, part in enumerate(lines) if part.startswith("python ·")]
    assert len(inner_lines) > 5
    assert "so far" in lines[inner_lines[-1]]  # at the price that the outer door knows
    assert sum(n > inner_lines[0] for n in outer_lines) <= 2  # it gives way
    assert "money     $" in shown


# -- the price of a live run -----------------------------------------------------------------------


def span(**known):
    return Metered(**{"name": "a", "started": "2025-01-01T00:00:00Z", "elapsed_s": 1800.0, **known})


def test_money_is_time_times_the_rent_of_every_device():
    bill = bill_of_metered(span(), tariff("H100", count=8, usd_per_hour=2.5))
    assert bill.usd.value == pytest.approx(0.5 * 8 * 2.5)
    assert bill.co2e_kg is None
    rented = bill_of_metered(span(), tariff("H100", count=8))
    low, high = rented.usd.interval(0.9)
    assert low < rented.usd.value < high


def test_carbon_is_the_metered_energy_on_the_grid_asked_for(tmp_path):
    m = replayed("green", tmp_path)
    found = m.stop()
    france, world = (bill_of_metered(found, tariff(region=place)) for place in ("FR", None))
    assert france.co2e_kg.value == pytest.approx(found.energy_kwh * 0.056, rel=0.05)
    low, high = world.co2e_kg.interval(0.9)
    assert high / low > 8  # a place that is not named is not a default country
    assert "grid, France" in str(france)
    assert world.usd is None
    assert "no price is known" in str(world)


def test_the_gpus_that_were_read_are_priced_without_being_named(tmp_path):
    found = replayed("seen", tmp_path).stop()
    rate = tariff_of(found)
    assert rate.what == "1 × T4, on demand"
    assert tariff_of(span(machine={"gpus": ["NVIDIA Unheard"] * 2})).usd_per_hour is None


def test_what_makes_no_sense_is_refused_before_a_command_runs(tmp_path):
    with pytest.raises(OptionError, match=r"PUE = 0\.5"):
        tariff(pue=0.5)
    with pytest.raises(UnknownName):
        tariff(region="Atlantis")
    file = tmp_path / "ran"
    words = [sys.executable, "-m", "costlaw", "meter", "--chip", "H1000", "--", "touch", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert 'unknown chip "H1000"' in done.stderr
    assert not file.exists()


# -- Prometheus and OpenTelemetry ------------------------------------------------------------------


def test_prometheus_reads_a_running_meter_over_the_loopback(tmp_path):
    m = replayed("served", tmp_path)
    m.step(examples=64, error=0.25, model_flop=1e9)
    server, thread = serve(m, port=0)
    try:
        address = f"http://127.0.0.1:{server.server_port}/metrics"
        with urllib.request.urlopen(address, timeout=10) as answer:
            page = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        m.stop()
    assert 'costlaw_examples_total{run="served"} 64.0' in page
    assert 'costlaw_model_flop_total{run="served"} 1e+09' in page
    line = next(row for row in page.splitlines() if 'component="gpu"' in row)
    assert line.startswith("costlaw_energy_joules_total")
    assert 'scope="device",tier="A"' in line
    assert float(line.rpartition(" ")[2]) == pytest.approx(3.6e6)
    assert "# TYPE costlaw_error gauge" in page or "costlaw_error" not in page


def test_a_file_for_the_node_exporter_is_whole(tmp_path):
    m = replayed("filed", tmp_path / "runs")
    write_file(m, file=tmp_path / "costlaw.prom")
    m.stop()
    assert "costlaw_elapsed_seconds_total" in (tmp_path / "costlaw.prom").read_text()


def test_two_meters_are_told_apart_and_energy_is_never_a_sum_of_scopes(tmp_path):
    one, two = replayed("one", tmp_path), replayed("two", tmp_path)
    registry = prometheus_client.CollectorRegistry()
    registry.register(Spans(one, two))
    page = prometheus_client.generate_latest(registry).decode()
    one.stop(), two.stop()
    energies = [row for row in page.splitlines() if row.startswith("costlaw_energy_joules_total{")]
    assert len({row.rpartition(" ")[0] for row in energies}) == len(energies)
    assert {'run="one"', 'run="two"'} == {re.search(r'run="\w+"', row)[0] for row in energies}


def test_open_telemetry_reads_a_running_meter(tmp_path):
    reader = InMemoryMetricReader()
    m = replayed("observed", tmp_path)
    m.step(examples=32)
    observe(m, provider=MeterProvider(metric_readers=[reader]))
    data = reader.get_metrics_data()
    m.stop()
    found = {
        metric.name: [(dict(p.attributes), p.value) for p in metric.data.data_points]
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
    }
    assert found["costlaw.examples"] == [({"run": "observed"}, 32.0)]
    joules = {(a["scope"], a["component"]): v for a, v in found["costlaw.energy"]}
    assert joules["device", "gpu"] == pytest.approx(3.6e6)


# -- CodeCarbon's file -----------------------------------------------------------------------------


def test_emissions_csv_has_codecarbons_columns_and_is_read_back(tmp_path):
    found = replayed("moved", tmp_path / "runs").stop()
    file = write_emissions([found], tmp_path / "emissions.csv", co2e_kg=lambda span: 0.5)
    write_emissions([found], file)  # rows are added
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2
    assert float(rows[0]["gpu_energy"]) == pytest.approx(1.0)
    assert float(rows[0]["energy_consumed"]) == pytest.approx(1.1)
    assert (rows[0]["emissions"], rows[1]["emissions"]) == ("0.5", "")
    logged = list(make_reader("codecarbon").logged(Place(str(file)), Wanted()))
    assert [run.name for run in logged] == ["moved"]  # one run_id: its last row counts
    assert logged[0].settings["energy_kwh"] == pytest.approx(1.1)


def test_the_columns_are_those_of_codecarbon_itself():
    data = pytest.importorskip("codecarbon.output_methods.emissions_data")
    import dataclasses

    assert tuple(f.name for f in dataclasses.fields(data.EmissionsData)) == COLUMNS


def test_a_file_with_other_columns_is_left_alone(tmp_path):
    file = tmp_path / "emissions.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(OutputError, match="other columns"):
        write_emissions([span()], file)
    assert file.read_text() == "a,b\n1,2\n"


def test_the_command_line_writes_it_with_the_carbon_of_a_region(tmp_path):
    with meter("cli", folder=tmp_path / "runs", live=False) as m:
        time.sleep(0.05)
        m.step(examples=1)
    words = [sys.executable, "-m", "costlaw", "meter", "recover", "--dir", "runs", "--region", "FR",
             "--emissions", "emissions.csv", "--json"]  # fmt: skip
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True,
                          timeout=60)  # fmt: skip
    run = json.loads(done.stdout)["runs"][0]
    assert {"elapsed_s", "energy_kwh", "tier", "cost"} <= set(run)
    row = next(csv.DictReader((tmp_path / "emissions.csv").read_text().splitlines()))
    if recover(tmp_path / "runs")[0].energy_kwh:
        assert float(row["emissions"]) == pytest.approx(run["cost"]["co2e_kg"]["estimate"])


def test_doctor_says_what_can_be_metered_and_which_extras_are_there(tmp_path):
    words = [sys.executable, "-m", "costlaw", "doctor", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    assert found["schema"] == "costlaw-doctor/1"
    assert found["extras"]["prometheus"] is True
    assert {"sensors", "absent", "allocation", "rank"} <= set(found)
    for channel in found["sensors"]:
        assert channel["tier"] in "ABC"
    for absence in found["absent"]:
        assert absence["reason"]


def test_recover_prices_a_run_as_it_was_told_when_it_began(tmp_path):
    costlaw = [sys.executable, "-m", "costlaw", "meter"]
    told = [*costlaw, "--dir", "runs", "--region", "FR", "--pue", "1.5", "--quiet", "--"]
    subprocess.run([*told, sys.executable, "-c", "0"], cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([*costlaw, "recover", "--dir", "runs", "--json"], cwd=tmp_path,
                          capture_output=True, text=True, check=True, timeout=60)  # fmt: skip
    cost = json.loads(done.stdout)["runs"][0]["cost"]
    assert (cost["where"], cost["pue"]) == ("France", 1.5)


def test_recover_keeps_the_price_a_run_was_told_not_the_rents_that_were_observed(tmp_path):
    costlaw = [sys.executable, "-m", "costlaw", "meter"]
    price = ["--chip", "H100", "--chips", "2", "--price", "0.5"]
    for folder, told in (("own", price), ("rent", price[:4])):
        run = [*costlaw, "--dir", folder, *told, "--quiet", "--", sys.executable, "-c", "0"]
        subprocess.run(run, cwd=tmp_path, check=True, timeout=60)

    def recovered(folder, *more):
        done = subprocess.run([*costlaw, "recover", "--dir", folder, "--json", *more], cwd=tmp_path,
                              capture_output=True, text=True, check=True, timeout=60)  # fmt: skip
        return json.loads(done.stdout)["runs"][0]

    run = recovered("own")
    assert run["cost"]["what"] == "2 × H100 SXM at your price, $0.5 an hour"
    assert run["cost"]["usd"]["estimate"] == pytest.approx(run["elapsed_s"] / 3600, rel=1e-6)
    assert recovered("rent")["cost"]["what"] == "2 × H100 SXM, on demand"
    assert "on demand" in recovered("own", "--chip", "A100")["cost"]["what"]
    assert "$3 an hour" in recovered("own", "--price", "3")["cost"]["what"]
