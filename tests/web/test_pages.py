"""Every page says what it is for, keeps what was typed, and shows where its numbers come from."""

import csv
import html
import io
import json
import re

import pytest

from costlaw.audit import audit
from costlaw.literature import load
from costlaw.web.pages.claims import written
from costlaw.web.pages.corpus import chosen

USUAL = {"benchmark": "imagenet", "edition": "corrected", "q": "", "sort": "year", "way": "down",
         "page": "1", "states": ""}  # fmt: skip


def plain(text):
    """Return the text of a page with plain blanks; a number is tied to its "%" there."""
    return html.unescape(text).replace("\u00a0", " ")


@pytest.mark.parametrize("path", ["/", "/explore", "/plan", "/report", "/compare", "/lifecycle",
                                  "/runs", "/claims", "/data", "/reading", "/api"])  # fmt: skip
def test_a_page_is_whole_html_with_one_heading_and_its_place_marked(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert path == "/api" or answer.text.count('aria-current="page"') == 1
    assert "undefined" not in answer.text.lower().replace("undefined behaviour", "")


@pytest.mark.parametrize(("address", "field", "typed"), [
    ("/compare?subject=AlexNett&vs=GPT-3", "subject", "AlexNett"),
    ("/compare?subject=AlexNet&vs=Nobody+9", "vs", "Nobody 9"),
    ("/compare?chip=Z80", "chip", "Z80"),
    ("/compare?region=Atlantis", "region", "Atlantis"),
    ("/lifecycle?subject=Nobody+9", "subject", "Nobody 9"),
    ("/lifecycle?uses=often", "uses", "often"),
    ("/lifecycle?years=long", "years", "long"),
    ("/lifecycle?currency=shells", "currency", "shells"),
    ("/plan?error=abc", "error", "abc"),
    ("/plan?error=8%25&budget=lots", "budget", "lots"),
    ("/plan?error=8%25&budget=-5", "budget", "-5"),
    ("/plan?error=8%25&deadline=soon", "deadline", "soon"),
    ("/plan?error=8%25&deadline=2001-01-01", "deadline", "2001-01-01"),
    ("/plan?error=8%25&chance=2", "chance", "2"),
    ("/plan?error=8%25&chance=much", "chance", "much"),
    ("/plan?error=8%25&at=mars", "at", "mars"),
    ("/plan?error=8%25&strategy=magic", "strategy", "magic"),
    ("/plan?error=8%25&uses=1e9", "uses", "1e9"),
    ("/plan?error=8%25&per_use=1e9&uses=often", "uses", "often"),
    ("/plan?error=8%25&width=1", "width", "1"),
    ("/plan?error=8%25&years=0&uses=1e9&per_use=1e9", "years", "0"),
    ("/plan?error=8%25&chip=Z80", "chip", "Z80"),
    ("/plan?source=nothing&error=8%25", "source", "nothing"),
    ("/report?error=0%25", "error", "0%"),
    ("/report?law=cubic", "law", "cubic"),
    ("/report?region=Atlantis", "region", "Atlantis"),
])  # fmt: skip
def test_a_refusal_stands_beside_its_field_and_the_text_is_kept(client, address, field, typed):
    answer = client.get(address)
    assert answer.status_code == 422
    assert f'id="{field}-why"' in answer.text
    assert f'value="{typed}"' in answer.text


def test_every_claim_is_there_with_its_recipe_as_it_is_computed(client):
    page = html.unescape(client.get("/claims").text)
    for claim in audit():
        assert f'id="{claim.name}"' in page
        for name in claim.ours:
            assert written(name) in page
    assert written("v1-r2") == 'line("v1").r2'


def test_claims_are_filtered_by_verdict_and_words(client):
    page = client.get("/claims?verdict=no+source").text
    assert page.count('class="claim"') == sum(c.verdict == "no source" for c in audit())
    assert client.get("/claims?q=AlexNet").text.count('class="claim"') < 34
    assert "No claim fits" in client.get("/claims?q=zzzz").text


def test_the_corpus_is_sorted_by_number_with_absent_values_last():
    for way in ("up", "down"):
        rows = chosen({**USUAL, "sort": "burden", "way": way})
        values = [row.compute.get("hardware-burden") for row in rows]
        stated = [value for value in values if value is not None]
        assert stated == sorted(stated, reverse=way == "down")
        assert values[: len(stated)] == stated
    assert len(rows) == len(load("imagenet", "corrected"))


def test_the_corpus_is_searched_and_every_row_names_its_source(client):
    page = client.get("/data?q=alexnet&benchmark=imagenet").text
    assert 1 <= page.count('<th scope="row">') < 20 + 200
    assert page.count('data-label="Source"') >= 1
    assert client.get("/data?benchmark=nothing").status_code == 422
    table = list(csv.DictReader(io.StringIO(
        client.get("/api/v1/literature.csv?edition=v1&benchmark=imagenet").text)))  # fmt: skip
    assert len(table) == 13
    assert all(row["source"] and row["licence"] for row in table)


def test_pages_of_the_table_hold_every_row_once(client):
    pages = int(re.search(r"page 1 of (\d+)", client.get("/data").text)[1])
    count = sum(client.get(f"/data?page={n}").text.count('data-label="Source"')
                for n in range(1, pages + 1))  # fmt: skip
    assert count == len(load("imagenet", "corrected"))


def test_columns_are_shown_before_anything_is_fitted(client, own_file):
    source = client.post("/api/v1/files", files={"file": ("r.csv", own_file.read_bytes())}).json()[
        "source"
    ]
    page = client.get("/runs", params={"source": source}).text
    assert "Nothing has been fitted" in page
    assert "&#34;val_error&#34; is an error" in page
    assert 'data-kind="fit"' not in page
    fitted = client.get("/runs", params={"source": source, "fit": "yes", "error": "8%"}).text
    for part in ('data-kind="fit"', "What to run next", "Checks of the", "power-irreducible"):
        assert part in fitted


def test_the_law_that_is_shown_first_can_be_drawn_and_a_law_without_interval_has_no_dead_links(
    client,
):
    hours = [0.57, 0.59, 1.29, 3.1, 6.02, 6.05, 13.14, 13.15, 30.43, 29.2]
    wrong = [0.313, 0.306, 0.250, 0.2105, 0.182, 0.180, 0.158, 0.159, 0.1353, 0.1364]
    rows = "".join(f"r{i},{e},{h}e18\n" for i, (h, e) in enumerate(zip(hours, wrong, strict=True)))
    table = ("name,val_error,train_flops\n" + rows).encode()
    source = client.post("/api/v1/files", files={"file": ("r.csv", table)}).json()["source"]
    asked = {"source": source, "fit": "yes", "error": "10%"}
    page = client.get("/runs", params=asked).text
    assert 'data-kind="fit"' in page
    shown = re.search(r"Checks of the ([\w-]+) law", page)[1]
    drawn = client.get("/api/v1/pictures/fit.svg", params={"source": source, "law": shown})
    assert drawn.status_code == 200
    bare = client.get("/runs", params={**asked, "law": "broken-power-2"}).text
    assert 'data-kind="fit"' not in bare
    assert "fit.svg" not in bare
    assert "fit.csv" in bare


def test_a_chance_out_of_draws_is_never_a_hundred(client):
    page = client.get("/lifecycle?subject=GPT-3&uses=1+billion/day").text
    assert "over 99.9 %" in page
    assert "100 %" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_columns_that_are_named_by_hand_go_into_the_address(client):
    rows = b"who,badness,work\na,0.3,1e18\nb,0.2,1e19\nc,0.15,1e20\nd,0.12,1e21\n"
    taken = client.post("/api/v1/files", files={"file": ("odd.csv", rows)}).json()
    assert taken["refused"]["field"] == "columns"
    query = {"source": taken["source"], "column.error": "badness", "column.compute_flop": "work",
             "column.name": "who"}  # fmt: skip
    answer = client.get("/runs", params=query)
    assert answer.history[0].status_code == 303
    assert "columns=error%3Dbadness%3Bcompute_flop%3Dwork%3Bname%3Dwho" in str(answer.url)
    assert "4 runs as they were read" in answer.text
    fit = client.get("/api/v1/fit", params={"source": taken["source"],
                     "columns": "error=badness;compute_flop=work"})  # fmt: skip
    assert fit.json()["n"] == 4


def test_a_metered_run_becomes_a_card(client):
    run = {"name": "mine", "compute_flop": 1e20, "chip": "H100 SXM", "duration_s": 3600}
    taken = client.post("/api/v1/files", files={"file": ("run.json", json.dumps(run).encode())})
    source = taken.json()["source"]
    page = client.get("/runs", params={"source": source}).text
    assert "What this run cost" in page
    card = client.get("/api/v1/cost", params={"subject": source}).json()
    assert card["subject"]["name"] == "mine"
    beside = client.get("/compare", params={"subject": source, "vs": "AlexNet"})
    assert beside.status_code == 200


def test_a_file_that_is_gone_says_what_to_do(client):
    answer = client.get("/explore?source=file:0123456789abcdef&error=5%25")
    assert answer.status_code == 404
    assert "Hand the same file in again" in answer.text
    assert client.get("/runs?source=file:0123456789abcdef").status_code == 404


def test_a_page_without_scripts_takes_a_file_too(client, own_file):
    answer = client.post("/runs", files={"file": ("runs.csv", own_file.read_bytes())})
    assert answer.history[0].status_code == 303
    assert "How its columns are read" in answer.text
    refused = client.post("/runs", files={"file": ("runs.exe", b"MZ")})
    assert refused.status_code == 422
    assert "suffix" in refused.text


def test_a_plan_shows_every_choice_its_ladder_and_the_words_of_the_command(client):
    from costlaw.planning import wish_of
    from costlaw.units import format_quantity
    from costlaw.verbs import plan

    page = plain(client.get("/plan?error=8%25&budget=$10+million").text)
    found = plan("imagenet", "8%", wish=wish_of(budget="$10 million"))
    for sentence in found.advice.sentences:
        assert sentence in page
    assert found.ladder.verdict in page and str(found.step) in page
    assert all(str(one) in page for one in found.when)
    table = page.partition("All choices")[2].partition("</table>")[0]
    money = re.findall(r'data-label="Money"><b>([^<]+)', table)
    assert money == [format_quantity(item.usd.value, "USD") for item in found.ranked]
    assert page.count('data-label="Spent so far"') == len(found.ladder.rungs)


def test_a_plan_of_a_budget_alone_ranks_by_error(client):
    page = client.get("/plan?budget=$1+million&strategy=none").text
    assert page.count('data-label="Error"') > 2 and "Reaches it with" not in page
    nothing = client.get("/plan?source=imagenet")
    assert nothing.status_code == 422 and "name one" in nothing.text


def test_own_runs_are_planned_for_and_reported(client, own_file):
    taken = client.post("/api/v1/files", files={"file": ("r.csv", own_file.read_bytes())}).json()
    asked = {"source": taken["source"], "error": "7%"}
    page = client.get("/plan", params={**asked, "budget": "$100,000"})
    assert page.status_code == 200 and "costlaw plan r.csv" in page.text
    memo = client.get("/report", params=asked)
    assert memo.status_code == 200 and "costlaw report r.csv --error 7%" in memo.text
    named = client.get("/api/v1/report.md", params=asked)
    assert 'filename="costlaw-report-r.md"' in named.headers["content-disposition"]


def test_the_memo_on_the_page_holds_what_its_markdown_holds(client):
    page = plain(client.get("/report?error=7%25").text)
    text = client.get("/api/v1/report.md?source=imagenet&error=7%25").text
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert re.findall(r"<h3>([^<]+)</h3>", page.partition('class="memo"')[2]) == titles
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    cells = {cell.replace("\\", "").strip() for row in rows for cell in row.split(" | ")}
    missing = [cell for cell in cells if cell.strip("| -") and cell.strip("| ") not in page]
    assert not [cell for cell in missing if "--html" not in cell and "--md" not in cell]
