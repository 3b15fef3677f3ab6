"""The one-file memo in a real browser, from a file address, with the network off."""

import shutil

import pytest

from costlaw.report import memo, save_memo
from costlaw.units import format_quantity
from costlaw.verbs import forecast

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def page_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("memo") / "memo.html"
    save_memo(memo(forecast("imagenet", "5%")), path)
    return path


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_draws_itself_offline_without_an_error_or_a_request(browser, page_path, theme, width):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, offline=True
    )
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_path.as_uri())
    page.wait_for_selector(".picture.vega-embed svg, .vega-embed svg", timeout=20_000)
    assert said == []
    assert asked == [page_path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    drawn = page.evaluate("document.querySelector('.vega-embed').innerHTML")
    assert ("#14171c" in drawn) == (theme == "dark")
    context.close()


def test_a_pointer_on_a_dot_names_the_system(browser, page_path):
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.goto(page_path.as_uri())
    page.wait_for_selector(".vega-embed svg", timeout=20_000)
    page.hover(".mark-symbol path >> nth=0", force=True)
    page.wait_for_selector("#vg-tooltip-element.visible", timeout=5_000)
    assert "system" in page.inner_text("#vg-tooltip-element")
    page.close()


def test_the_handle_moves_the_target_and_the_card_and_stays_in_the_picture(browser, page_path):
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_path.as_uri())
    page.wait_for_selector(".vega-embed svg", timeout=20_000)
    money = format_quantity(forecast("imagenet", "5%").cost.usd.value, "USD")
    before = page.inner_text("[data-text=usd]")
    page.focus("input[type=range]")
    for _ in range(60):
        page.keyboard.press("ArrowRight")
    after = page.inner_text("[data-text=usd]")
    assert before.startswith(money) and after != before
    shown = page.inner_text(".handle strong[data-text=shown]")
    words = page.eval_on_selector_all(".vega-embed text", "all => all.map(t => t.textContent)")
    assert f"target {shown}" in words
    rules = page.eval_on_selector_all(
        ".vega-embed .mark-rule line",
        "all => all.map(l => l.getBoundingClientRect().top - l.ownerSVGElement.parentNode"
        ".getBoundingClientRect().top)",
    )
    height = page.eval_on_selector(".vega-embed svg", "s => s.getBoundingClientRect().height")
    assert all(-1 <= top <= height for top in rules)
    assert said == []
    page.close()


def test_the_rule_in_the_picture_is_dragged(browser, page_path):
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.goto(page_path.as_uri())
    page.wait_for_selector(".vega-embed svg", timeout=20_000)
    before = page.inner_text("[data-text=usd]")
    at = page.evaluate("""(() => { const lines = [...document.querySelectorAll(".mark-rule line")]
        .filter((line) => (line.__data__.datum.strokeDash || []).length === 2);
        lines[lines.length - 1].scrollIntoView({ block: "center" });
        const box = lines[lines.length - 1].getBoundingClientRect();
        return [box.left + box.width / 4, box.top]; })()""")
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0], at[1] - 60, steps=6)
    page.mouse.up()
    assert page.inner_text("[data-text=usd]") != before
    shown = page.inner_text(".handle strong[data-text=shown]")
    assert page.get_attribute("input[type=range]", "aria-valuetext") == shown
    page.close()
