import csv
import io
import json

import pytest
from click.testing import CliRunner

from costlaw.cli.audit import command as audit_command
from costlaw.cli.literature import command
from costlaw.exceptions import DataError, OutputError, UnknownName


def run(*arguments: str, using=command):
    return CliRunner().invoke(using, list(arguments))


def test_list_prints_the_usable_counts_first():
    lines = run("list").stdout.splitlines()
    assert "law can be fitted" in lines[0]
    assert any("extended" in line and line.endswith(" 256") for line in lines)
    assert lines[-1].startswith("Named systems: 1")


def test_list_json_counts_by_edition_benchmark_measure_and_use():
    record = json.loads(run("list", "--edition", "v2", "--json").stdout)
    counts = {(row["benchmark"], row["measure"]): row["n"] for row in record["laws"]}
    assert counts["imagenet", "hardware-burden"] == 36
    assert {row["edition"] for row in record["uses"]} == {"v2"}


def test_list_corrections_says_what_each_moves():
    text = run("list", "--corrections").stdout
    assert "fault-01a accepted" in text
    assert "13.64 -> 11.44" in text
    assert len(json.loads(run("list", "--corrections", "--json").stdout)["corrections"]) > 100


def test_show_prints_a_network_with_its_source_and_correction():
    result = run("show", "NASNET-A(6)")
    assert "architecture search" in result.stdout
    assert "licence:" in result.stdout


def test_show_prints_a_named_system():
    record = json.loads(run("show", "GPT-3", "--json").stdout)
    names = {item.get("name") for item in record["found"]}
    assert "GPT-3 175B (davinci)" in names


def test_an_unknown_network_or_edition_is_refused():
    assert isinstance(run("show", "no such network at all").exception, UnknownName)
    assert isinstance(run("list", "--edition", "v3").exception, UnknownName)


def test_check_prints_problems_on_stdout_and_fails(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text(
        "benchmark,network,title,url,year,metric,score,locator,licence\n"
        "imagenet,Net,A title,https://arxiv.org/abs/1,2024,top-1 accuracy,0.8,Table 1,MIT\n",
        encoding="utf-8",
    )
    result = run("check", str(path))
    assert result.stdout.startswith('new.csv:2 score: found "0.8"')
    assert isinstance(result.exception, DataError)
    path.write_text(path.read_text(encoding="utf-8").replace("0.8", "80"), encoding="utf-8")
    good = run("check", str(path))
    assert (good.exit_code, good.stdout) == (0, "")
    assert "no problem" in good.stderr


def test_export_writes_csv_to_stdout_and_whole_files(tmp_path):
    rows = list(csv.DictReader(io.StringIO(run("export", "--edition", "v1").stdout)))
    assert len(rows) == 101
    target = tmp_path / "v1.csv"
    assert run("export", str(target), "--edition", "v1", "--benchmark", "imagenet").exit_code == 0
    assert isinstance(run("export", str(target)).exception, OutputError)
    assert run("export", str(target), "--edition", "v1", "--force").exit_code == 0


def test_audit_prints_every_claim_and_json():
    told = run(using=audit_command).stdout
    assert "ninth-power: only under recipe" in told
    assert "stated 167 ratio (same power of ten); ours: 250" in told
    assert "stated 0.5 ratio (within 10 %); ours: 0.4714" in told
    record = json.loads(run("--json", using=audit_command).stdout)
    assert len(record["claims"]) >= 34
    one = json.loads(run("five-percent-flop", "--json", using=audit_command).stdout)
    assert [item["verdict"] for item in one["claims"]] == ["only under recipe flop-v1"]
    assert isinstance(run("fifth-power", using=audit_command).exception, UnknownName)


@pytest.mark.parametrize("name", ["imagenet", "squad"])
def test_audit_over_time_gives_a_year_with_an_interval(name):
    record = json.loads(run("--over-time", name, "--json", using=audit_command).stdout)
    assert record["low"] < record["year"] < record["high"]


def test_audit_leave_one_out_names_the_most_influential_result():
    text = run("--leave-one-out", "imagenet", "--edition", "v1", using=audit_command).stdout
    assert "13.64 (one left out: 11.44 to 16.4" in text
