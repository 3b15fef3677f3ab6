"""The memo: every number is the forecast's, text stays text, files are whole or absent."""

import base64
import hashlib
import io
import re

import pypdf
import pytest

from costlaw.exceptions import MissingExtra, OptionError, OutputError
from costlaw.forecasting import at_error
from costlaw.report import check_memo_path, memo, save_memo
from costlaw.report.blocks import Picture, Table, block_record
from costlaw.report.markdown import markdown_text
from costlaw.report.page import page_text
from costlaw.report.pdf import pdf_bytes
from costlaw.runs import Runs
from costlaw.units import format_quantity, parse_error
from costlaw.verbs import forecast

EVIL = '<img src=x onerror=alert(1)>|`#eval("1")` [a](http://x)'


@pytest.fixture(scope="module")
def imagenet():
    return memo(forecast("imagenet", "5%"), command="costlaw report imagenet", when="2026-01-02")


@pytest.fixture(scope="module")
def own():
    rows = [
        {"name": f"{EVIL} {i}", "error": e, "compute_flop": 10.0 ** (16 + 0.7 * i)}
        for i, e in enumerate([0.40, 0.33, 0.272, 0.225, 0.186, 0.153])
    ]
    return memo(forecast(Runs.from_records(rows), 0.14), when="2026-01-02")


def section(made, title):
    return next(s for s in made.sections if s.title == title)


def test_the_bill_states_the_numbers_of_the_forecast(imagenet):
    (bill,) = [b for b in section(imagenet, "Answer").blocks if isinstance(b, Table)]
    money = next(row for row in bill.rows if row[0] == "money")
    usd = imagenet.forecast.cost.usd
    low, high = (format_quantity(end, "USD") for end in usd.interval(0.9))
    assert money[1] == format_quantity(usd.value, "USD")
    assert money[3] == f"{low} to {high}"


def test_the_ladder_ends_past_the_target_and_holds_the_target_itself(imagenet):
    (table,) = section(imagenet, "The price of the next points").blocks
    rows = {row[0]: row for row in table.rows}
    compute = imagenet.forecast.compute.value
    assert rows["5.00 %"][1] == format_quantity(compute, "FLOP")
    assert len(table.rows) == 6


def test_own_runs_get_a_memo_without_the_articles_claims(own):
    titles = [s.title for s in own.sections]
    assert "Claims held against data" not in titles
    assert {"Evidence", "Sources", "What was checked", "Checklist"} <= set(titles)


def test_a_burden_by_the_hour_costs_elsewhere_what_a_forecast_there_says():
    rows = [{"name": f"r{i}", "error": e, "device_hours": 3.0**i, "chip": "A100 SXM4 80 GB"}
            for i, e in enumerate([0.31, 0.25, 0.21, 0.18, 0.158, 0.14])]  # fmt: skip
    made = memo(forecast(Runs.from_records(rows), 0.13, chip="A100 SXM4 80 GB", region="DE"))
    blocks = section(made, "What to argue about").blocks
    sites = next(b for b in blocks if isinstance(b, Table) and b.head[0] == "site")
    for name in ("today", "article-2021", "authors-2022"):
        bill = forecast(Runs.from_records(rows), 0.13, site=name).cost
        row = next(row for row in sites.rows if row[0] == name)
        assert row[2] == format_quantity(bill.usd.value, "USD")
        assert row[4] == format_quantity(bill.energy_kwh.value, "kWh")


def test_every_note_of_the_forecast_is_in_the_memo(own, imagenet):
    for made in (own, imagenet):
        text = str([block_record(b) for s in made.sections for b in s.blocks])
        assert all(repr(note)[1:-1] in text for note in made.forecast.notes)
    assert any("multiples of the largest run" in note for note in own.forecast.notes)


def test_the_handle_of_own_runs_ends_two_decades_past_what_was_checked():
    rows = [{"name": f"r{i}", "error": 0.05 + 0.22 * (0.6 * 2.2**i) ** -0.28,
             "compute_flop": 6e17 * 2.2**i} for i in range(6)]  # fmt: skip
    asked = forecast(Runs.from_records(rows), 0.10)
    (picture,) = [b for b in section(memo(asked), "Picture").blocks if isinstance(b, Picture)]
    lowest = parse_error(picture.moving.texts[-1]["shown"])
    checked = max(asked.answer.reach_dex, asked.backtest.backtested_reach_dex)
    assert checked + 1 < at_error(asked, lowest).answer.reach_dex <= checked + 2.01
    further = at_error(asked, 0.95 * lowest)  # there is a number, past the handle
    assert further.answer.reach_dex > checked + 2


def test_the_question_of_own_runs_names_no_benchmark(own, imagenet):
    assert "like your own runs" in section(own, "Question").blocks[0].text
    assert "on ImageNet" in section(imagenet, "Question").blocks[0].text


def test_the_page_runs_only_scripts_that_its_policy_names(imagenet):
    page = page_text(imagenet)
    policy = re.search(r'Security-Policy" content="([^"]+)"', page)[1]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    run = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(run) == 2
    for text in run:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert len(page.encode()) < 1_500_000
    assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)=["\']?http', page)


def test_a_name_out_of_a_file_never_becomes_markup(own):
    page = page_text(own)
    (data,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert "<" not in data and "onerror" in data
    assert "<img" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    text = markdown_text(own, picture="p.svg")
    for line in text.splitlines():
        if "onerror" in line:
            assert "<img" not in line.replace("\\<", "")
    told = pypdf.PdfReader(io.BytesIO(pdf_bytes(own)))
    assert len(told.pages) >= 2


def test_the_pdf_holds_the_answer_as_text(imagenet):
    told = pypdf.PdfReader(io.BytesIO(pdf_bytes(imagenet)))
    text = " ".join(page.extract_text() for page in told.pages)
    point = format_quantity(imagenet.forecast.compute.value, "FLOP").removesuffix(" FLOP")
    for words in (point, "What to argue about", "costlaw report imagenet", "Sources"):
        assert words in text
    assert imagenet.forecast.fit.digest in text


def test_markdown_tables_have_as_many_cells_as_their_head(imagenet):
    text = markdown_text(imagenet, picture="p.svg")
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().splitlines()}
        assert len(widths) == 1, block


def test_files_are_written_whole_and_markdown_brings_its_picture(imagenet, tmp_path):
    written = save_memo(imagenet, tmp_path / "my memo.md")
    assert [path.name for path in written] == ["my memo.md", "my memo-picture.svg"]
    assert "(my%20memo-picture.svg)" in written[0].read_text()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["my memo-picture.svg", "my memo.md"]


@pytest.mark.parametrize(
    ("name", "error"), [("memo.docx", OptionError), ("absent/memo.pdf", OutputError)]
)
def test_an_impossible_place_is_refused_before_any_work(imagenet, tmp_path, name, error):
    with pytest.raises(error):
        save_memo(imagenet, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_pdf_without_its_extra_is_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr("costlaw.report.saving.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="writing a PDF"):
        check_memo_path(tmp_path / "memo.pdf", ".pdf")
    assert check_memo_path(tmp_path / "memo.html", ".html")


def test_the_format_must_fit_the_name():
    with pytest.raises(OptionError, match=r"ends in \.pdf"):
        check_memo_path("memo.html", ".pdf")


def test_the_picture_is_the_forecasts_own_figure(imagenet):
    from costlaw.figures import forecast_figure

    (drawn,) = [b for s in imagenet.sections for b in s.blocks if isinstance(b, Picture)]
    assert drawn.draw(width=720, theme="dark") == forecast_figure(
        imagenet.forecast, width=720, theme="dark"
    )


def test_every_stop_of_the_handle_says_what_a_forecast_at_that_error_says(imagenet):
    (drawn,) = [b for s in imagenet.sections for b in s.blocks if isinstance(b, Picture)]
    texts = drawn.moving.texts
    assert texts[drawn.moving.first]["shown"] == imagenet.forecast.shown_error
    other = texts[3]
    alone = forecast("imagenet", other["shown"].replace(" ", ""))
    assert other["usd"].startswith(format_quantity(alone.cost.usd.value, "USD"))
    assert other["evidence"] == alone.evidence


def test_the_checklist_of_the_fit_is_in_the_memo_with_its_blanks(imagenet):
    (table,) = section(imagenet, "Checklist").blocks
    filled = imagenet.forecast.fit.checklist
    assert len(table.rows) == len(filled.to_dict()["items"])
    blanks = [row[0] for row in table.rows if row[1].startswith("(blank")]
    assert tuple(blanks) == filled.blanks and blanks


def test_every_check_of_the_fit_is_in_the_memo(imagenet):
    (table,) = section(imagenet, "What was checked").blocks
    assert [row[1] for row in table.rows] == [
        one.sentence for one in imagenet.forecast.fit.diagnostics
    ]
