"""The API answers what the command line prints, and refuses in the same words."""

import csv
import io
import json

import pypdf
import pytest
from click.testing import CliRunner

from costlaw.cli import command as costlaw_command

SAME = {
    "/api/v1/fit?source=imagenet&edition=v2&measure=network-operations": (
        "fit", "imagenet", "--edition", "v2", "--measure", "network-operations"),
    "/api/v1/fit?source=coco&law=exponential&estimand=compute-on-error": (
        "fit", "coco", "--law", "exponential", "--estimand", "compute-on-error"),
    "/api/v1/forecast?source=imagenet&error=5%25": ("forecast", "imagenet", "--error", "5%"),
    "/api/v1/forecast?source=MS+COCO&error=0.4&edition=v1&site=article-2021": (
        "forecast", "MS COCO", "--error", "0.4", "--edition", "v1", "--site", "article-2021"),
    "/api/v1/cost?subject=AlexNet": ("cost", "AlexNet"),
    "/api/v1/cost?subject=1e28+FLOP&chip=H100&region=FR&utilization=0.4": (
        "cost", "1e28 FLOP", "--chip", "H100", "--region", "FR", "--utilization", "0.4"),
    "/api/v1/cost?subject=AlexNet&vs=NASNet-A&usd_year=2020": (
        "cost", "AlexNet", "--vs", "NASNet-A", "--usd-year", "2020"),
    "/api/v1/lifecycle?subject=GPT-3&uses=10+million/day": (
        "lifecycle", "GPT-3", "--uses", "10 million/day"),
    "/api/v1/lifecycle?subject=GPT-3&uses=1e12&strategy=all&currency=co2e_kg": (
        "lifecycle", "GPT-3", "--uses", "1e12", "--strategy", "all", "--currency", "co2e_kg"),
    "/api/v1/lifecycle?subject=GPT-3&uses=1e12&map=true&region=FR": (
        "lifecycle", "GPT-3", "--uses", "1e12", "--map", "--region", "FR"),
    "/api/v1/lifecycle?subject=13+billion+parameters&uses=2+trillion": (
        "lifecycle", "13 billion parameters", "--uses", "2 trillion"),
    "/api/v1/plan?source=imagenet&error=8%25&budget=$100,000": (
        "plan", "imagenet", "--error", "8%", "--budget", "$100,000"),
    "/api/v1/forecast?source=imagenet&error=8%25&chip=A100&region=FR": (
        "forecast", "imagenet", "--error", "8%", "--chip", "A100", "--region", "FR"),
    "/api/v1/forecast?source=imagenet&error=8%25&region=US-CA": (
        "forecast", "imagenet", "--error", "8%", "--region", "US-CA"),
    "/api/v1/plan?source=imagenet&error=8%25&budget=$100,000&chip=A100&region=FR": (
        "plan", "imagenet", "--error", "8%", "--budget", "$100,000", "--chip", "A100",
        "--region", "FR"),
    "/api/v1/plan?source=imagenet&budget=$1+million&at=h100-us,h100-france&strategy=int8&width=4": (
        "plan", "imagenet", "--budget", "$1 million", "--at", "h100-us", "--at", "h100-france",
        "--strategy", "int8", "--width", "4"),
    "/api/v1/plan?source=coco&error=35%25&uses=1e9&per_use=1e10&years=2&chance=0.9&chip=A100": (
        "plan", "coco", "--error", "35%", "--uses", "1e9", "--per-use", "1e10", "--years", "2",
        "--chance", "0.9", "--chip", "A100"),
    "/api/v1/decompose?source=imagenet": ("decompose", "imagenet"),
    "/api/v1/decompose?source=hardware": ("decompose", "hardware"),
    "/api/v1/audit": ("audit",),
    "/api/v1/audit?claim=five-percent-flop": ("audit", "five-percent-flop"),
    "/api/v1/audit/over-time?benchmark=imagenet&error=5%25": ("audit", "--over-time", "imagenet"),
    "/api/v1/audit/leave-one-out?source=imagenet&error=5%25": (
        "audit", "--leave-one-out", "imagenet"),
}  # fmt: skip


@pytest.mark.parametrize("address", SAME)
def test_an_answer_is_what_the_command_prints_to_the_last_digit(client, printed, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.json() == printed(*SAME[address])


def test_a_file_that_was_handed_in_gives_the_numbers_of_the_command_line(client, printed, own_file):
    taken = client.post("/api/v1/files", files={"file": ("runs.csv", own_file.read_bytes())})
    assert taken.status_code == 201
    assert [column["column"] for column in taken.json()["columns"]] == [
        "name", "error", "compute_flop"]  # fmt: skip
    source = taken.json()["source"]
    asked = (("forecast", {"error": "8%"}), ("fit", {}), ("compare", {"error": "8%"}),
             ("fit", {"law": "power-irreducible"}))  # fmt: skip
    for verb, more in asked:
        answer = client.get(f"/api/v1/{verb}", params={"source": source, **more}).json()
        words = [part for key, value in more.items() for part in (f"--{key}", value)]
        assert answer == printed(verb, str(own_file), *words)


def test_hours_and_a_chip_give_the_numbers_of_the_command_line(client, printed, tmp_path):
    table = tmp_path / "hours.csv"
    rows = [f"r{k},{0.4 * 2.5**k:.3g},{0.7 + 0.05 * k**0.7:.4f}\n" for k in range(7)]
    table.write_text("run,gpu_hours,val_acc\n" + "".join(rows))
    taken = client.post("/api/v1/files", files={"file": ("hours.csv", table.read_bytes())}).json()
    for verb, more in (("forecast", {"error": "12%", "chip": "A100"}),
                       ("forecast", {"error": "12%", "ran-on": "V100", "region": "FR"}),
                       ("compare", {"ran-on": "V100"}), ("fit", {"ran-on": "A100"})):  # fmt: skip
        asked = {key.replace("-", "_"): value for key, value in more.items()}
        answer = client.get(f"/api/v1/{verb}", params={"source": taken["source"], **asked}).json()
        words = [part for key, value in more.items() for part in (f"--{key}", value)]
        assert answer == printed(verb, str(table), *words)


MEMO = ("report", "imagenet", "--error", "6%", "--edition", "v1", "--site", "article-2021")


def test_a_memo_is_the_file_that_the_command_line_writes(client, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    query = "source=imagenet&error=6%25&edition=v1&site=article-2021"
    for form in ("html", "md"):
        words = [*MEMO, f"--{form}", f"costlaw-report-imagenet.{form}"]
        monkeypatch.setattr("sys.argv", ["costlaw", *words])
        done = CliRunner().invoke(costlaw_command, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        answer = client.get(f"/api/v1/report.{form}?{query}")
        assert answer.status_code == 200
        name = f"costlaw-report-imagenet.{form}"
        assert f'"{name}"' in answer.headers["content-disposition"]
        assert answer.content == (tmp_path / name).read_bytes()
    picture = client.get(f"/api/v1/report.svg?{query}")
    assert picture.content == (tmp_path / "costlaw-report-imagenet-picture.svg").read_bytes()
    pdf = client.get(f"/api/v1/report.pdf?{query}").content
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "--pdf" in text and "imagenet.pdf" in text


def test_a_memo_as_json_is_what_the_command_prints(client, printed, monkeypatch):
    words = [*MEMO, "--html", "costlaw-report-imagenet.html"]
    monkeypatch.setattr("sys.argv", ["costlaw", *words])
    query = "source=imagenet&error=6%25&edition=v1&site=article-2021"
    assert client.get(f"/api/v1/report?{query}").json() == {
        **printed(*MEMO), "command": " ".join(["costlaw", *words])}  # fmt: skip


def test_the_table_of_a_plan_is_the_one_that_the_command_prints(client):
    words = ["plan", "imagenet", "--error", "8%", "--budget", "$10 million", "--table"]
    done = CliRunner().invoke(costlaw_command, words, catch_exceptions=False)
    theirs = list(csv.DictReader(io.StringIO(done.stdout)))
    query = "source=imagenet&error=8%25&budget=$10+million"
    ours = list(csv.DictReader(io.StringIO(client.get(f"/api/v1/plan.csv?{query}").text)))
    assert len(ours) == len(theirs) > 15 and list(ours[0]) == list(theirs[0])
    for one, other in zip(ours, theirs, strict=True):
        assert (one["site"], one["strategy"]) == (other["site"], other["strategy"])
        assert float(one["usd"]) == float(other["usd"])


REFUSED = {
    "/api/v1/forecast?error=abc": ("error", ["forecast", "imagenet", "--error", "abc"]),
    "/api/v1/forecast?error=5": ("error", ["forecast", "imagenet", "--error", "5"]),
    "/api/v1/forecast?source=imagnet": ("source", ["forecast", "imagnet", "--error", "5%"]),
    "/api/v1/fit?source=imagenet&edition=v9": ("edition", ["fit", "imagenet", "--edition", "v9"]),
    "/api/v1/fit?source=squad&edition=v1&measure=consolidated": (
        "measure", ["fit", "squad", "--edition", "v1", "--measure", "consolidated"]),
    "/api/v1/fit?source=imagenet&law=cubic": ("law", ["fit", "imagenet", "--law", "cubic"]),
    "/api/v1/fit?estimand=best": ("estimand", ["fit", "imagenet", "--estimand", "best"]),
    "/api/v1/forecast?site=mars": (
        "site", ["forecast", "imagenet", "--error", "5%", "--site", "mars"]),
    "/api/v1/forecast?chip=Z9": ("chip", ["forecast", "imagenet", "--error", "5%", "--chip", "Z9"]),
    "/api/v1/forecast?region=XX": (
        "region", ["forecast", "imagenet", "--error", "5%", "--region", "XX"]),
    "/api/v1/forecast?chip=H100&site=article-2021": (
        "site", ["forecast", "imagenet", "--error", "5%", "--chip", "H100", "--site",
                 "article-2021"]),
    "/api/v1/cost?subject=AlexNett": ("subject", ["cost", "AlexNett"]),
    "/api/v1/cost?subject=1e20+FLOP&chip=Z9": ("chip", ["cost", "1e20 FLOP", "--chip", "Z9"]),
    "/api/v1/audit?claim=none": ("claim", ["audit", "none"]),
    "/api/v1/plan?error=abc": ("error", ["plan", "imagenet", "--error", "abc"]),
    "/api/v1/report?error=5": ("error", ["report", "imagenet", "--error", "5", "--json"]),
}  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_a_refusal_is_the_command_lines_and_names_its_field(client, capsys, address):
    from costlaw.cli import main

    field, words = REFUSED[address]
    with pytest.raises(SystemExit):
        main(words)
    said = capsys.readouterr().err.strip().removeprefix("costlaw: ")
    answer = client.get(address)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == said
    assert answer.json()["error"]["field"] == field


def test_an_unknown_parameter_is_refused_by_name(client):
    answer = client.get("/api/v1/fit?benchmark=imagenet")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "benchmark"


def test_no_name_reads_a_file_of_the_machine(client, tmp_path, own_file):
    (tmp_path / "run.json").write_text('{"name": "secret", "compute_flop": 1e20}')
    for name in (
        str(own_file),
        f"./{own_file.name}",
        "image/net.csv",
        "../runs.csv",
        "/etc/passwd",
    ):
        assert client.get("/api/v1/fit", params={"source": name}).status_code == 422
    for name in (str(tmp_path / "run.json"), "run.JSON", "run.json "):
        answer = client.get("/api/v1/cost", params={"subject": name})
        assert answer.status_code in {404, 422}
        assert "secret" not in answer.text


def test_the_stops_of_the_handle_are_the_forecasts_of_those_targets(client):
    found = client.get("/api/v1/targets?source=imagenet&error=5%25&width=700").json()
    assert len(found["targets"]) > 60
    seven = next(one for one in found["targets"] if one["typed"] == "7%")
    whole = client.get("/api/v1/forecast?source=imagenet&error=7%25").json()
    from costlaw.units import format_quantity

    assert seven["texts"]["usd"] == format_quantity(whole["cost"]["usd"]["estimate"], "USD")
    assert seven["texts"]["compute"] == format_quantity(whole["compute"]["estimate"], "FLOP")
    picture = client.get("/api/v1/pictures/live.json?source=imagenet&error=5%25&width=700").json()
    names = {layer["data"].get("name") for panel in picture["vconcat"] for layer in panel["layer"]}
    assert set(seven["tables"]) <= names


def test_page_and_memo_have_one_rule_for_the_stops_and_one_script(client):
    from costlaw.figures import moving_script
    from costlaw.report import memo
    from costlaw.report.page import page_text
    from costlaw.verbs import forecast

    found = client.get("/api/v1/targets?source=imagenet&error=5%25&width=700").json()["targets"]
    made = memo(forecast("imagenet", "5%"))
    (drawn,) = [block for section in made.sections for block in section.blocks
                if hasattr(block, "moving")]  # fmt: skip
    page = [one["texts"]["shown"] for one in found]
    few = [texts["shown"] for texts in drawn.moving.texts]
    assert len(few) > 15 and set(few) <= set(page)
    assert few[0] == page[0]  # both from the worst run
    served = client.get(client.get("/").text.split('modulepreload" href="')[2].split('"')[0]).text
    assert served == moving_script()
    assert served in page_text(made)


@pytest.mark.parametrize("kind", ["break-even", "claim", "decomposition", "dominance", "fit",
                                  "forecast", "growth", "live", "over-time", "parameters",
                                  ])  # fmt: skip
def test_every_picture_is_drawn_for_its_width_in_both_themes(client, kind):
    claim = "five-percent-flop"
    for theme, width in (("light", 374), ("dark", 1000)):
        answer = client.get(f"/api/v1/pictures/{kind}.json",
                            params={"theme": theme, "width": width, "claim": claim})  # fmt: skip
        assert answer.status_code == 200, answer.text
        assert answer.json()["usermeta"]["width"] == width


def test_downloads_are_what_they_say(client):
    svg = client.get("/api/v1/pictures/forecast.svg?source=imagenet&error=5%25")
    assert svg.text.startswith("<svg")
    assert svg.headers["content-disposition"].startswith("attachment")
    assert client.get("/api/v1/pictures/fit.png?source=coco").content.startswith(b"\x89PNG")
    table = client.get("/api/v1/forecast.csv?source=imagenet&error=5%25").text.splitlines()
    assert table[0] == "quantity,estimate,low,high,level,unit"
    assert len(table) > 6


def test_a_csv_cell_is_never_a_formula(client):
    from costlaw.web.api.pictures import csv_answer

    answer = csv_answer([{"name": "=cmd()", "value": -1.5}], "x")
    assert answer.body.decode().splitlines()[1] == "'=cmd(),-1.5"


def test_points_carry_addresses_of_papers_and_of_nothing_else(client):
    picture = client.get("/api/v1/pictures/live.json?source=imagenet").json()
    rows = [row for panel in picture["vconcat"] for layer in panel["layer"]
            for row in layer["data"]["values"] if "opens" in row]  # fmt: skip
    assert len(rows) > 50
    assert all(row["opens"].startswith(("http://", "https://")) for row in rows)


def test_the_description_names_every_verb(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for verb in ("fit", "forecast", "cost", "decompose", "audit", "runs", "targets"):
        assert f"/api/v1/{verb}" in paths
    page = client.get("/api").text
    assert all(path in page for path in paths)
    assert "``" not in page and "<code>costlaw plan SOURCE" in page


def test_answers_hold_no_number_that_json_does_not_know(client):
    text = client.get("/api/v1/forecast?source=wmt14-en-fr&error=50%25").text
    json.loads(text, parse_constant=pytest.fail)
