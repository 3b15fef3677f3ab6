"""The pages in a real browser: what a person sees, presses and hears."""

import time

import pytest

PAGES = ("/explore?v=1&source=imagenet&error=5%25", "/plan", "/report", "/compare",
         "/lifecycle", "/runs", "OWN", "/claims?claim=five-percent-flop",
         "/data", "/reading", "/api")  # fmt: skip
SETTINGS = [(scheme, width) for scheme in ("light", "dark") for width in (390, 1440)]
READY = """[...document.querySelectorAll("figure.chart")]
    .filter((figure) => figure.checkVisibility({contentVisibilityAuto: true}))
    .every((figure) => figure.dataset.ready)"""


def until(page, condition, patience=15.0):
    """Wait until something is true in the page, whose policy forbids the driver's own way."""
    end = time.monotonic() + patience
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


class Watched:
    """A page that remembers what went wrong and where it asked."""

    def __init__(self, browser, base, *, scheme="light", width=1440):
        self.base = base
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=base,
            permissions=["clipboard-read", "clipboard-write"],
        )  # fmt: skip
        self.wrong, self.asked = [], []
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.context.on("request", lambda request: self.asked.append(request.url))

    def _heard(self, message):
        refused = (
            "the server responded with a status of 4" in message.text
        )  # a refusal we asked for
        if message.type in {"error", "warning"} and not refused:
            self.wrong.append(message.text)

    def show(self, path):
        self.page.goto(path)
        until(self.page, READY)
        return self.page

    def close(self):
        self.context.close()

    @property
    def elsewhere(self):
        return [url for url in self.asked
                if not url.startswith((self.base, "data:", "blob:"))]  # fmt: skip


@pytest.fixture
def watched(browser, served):
    made = []

    def make(**setting):
        made.append(Watched(browser, served.address, **setting))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def own_page(served, own_file):
    """Return the address of a file that was handed in and fitted."""
    import httpx

    with own_file.open("rb") as file:
        answer = httpx.post(f"{served.address}/api/v1/files", files={"file": ("runs.csv", file)})
    return f"/runs?source={answer.json()['source']}&error=6%25&fit=yes"


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_page_is_quiet_local_readable_and_accessible(watched, axe, own_page, setting):
    scheme, width = setting
    seen = watched(scheme=scheme, width=width)
    for path in PAGES:
        page = seen.show(own_page if path == "OWN" else path)
        for summary in page.query_selector_all("main details:not([open]) > summary")[:8]:
            summary.click()
        until(page, READY)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        # the policy forbids injected scripts to the page, as it should; a debugger may
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [
            (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in found["violations"] if one["impact"] in {"serious", "critical"}
        ]  # fmt: skip
        assert not serious, (path, serious)
        small = page.evaluate("""Math.min(...[...document.querySelectorAll("figure.chart text")]
            .filter((t) => t.textContent).map((t) => t.getBoundingClientRect().height))""")
        assert small is None or small >= 8, (path, small)
    assert not seen.wrong
    assert not seen.elsewhere


def test_the_handle_moves_both_panels_and_the_card_within_a_tenth_of_a_second(watched):
    page = watched().show(PAGES[0])
    page.wait_for_selector('figure.chart[data-movable="yes"]')
    times = page.evaluate("""async () => {
        const handle = document.getElementById("handle"), found = [];
        const rules = () => [...document.querySelectorAll(".mark-rule line")]
            .filter((line) => (line.__data__.datum.strokeDash || []).length)
            .map((line) => line.getAttribute("transform") + line.getAttribute("y2")).join();
        const money = () => document.querySelector("[data-part=usd] .value").textContent;
        for (let step = 0; step < 30; step++) {
            const before = [rules(), money()], start = performance.now();
            handle.value = Number(handle.value) + (step < 15 ? -2 : 2);
            handle.dispatchEvent(new Event("input", { bubbles: true }));
            while (rules() === before[0] || money() === before[1]) {
                if (performance.now() - start > 2000) throw new Error("nothing moved");
                await new Promise(requestAnimationFrame);
            }
            found.push(performance.now() - start);
        }
        return found.sort((a, b) => a - b);
    }""")
    assert times[len(times) // 2] <= 100, times


def test_a_view_goes_into_the_address_and_comes_back(watched):
    seen = watched()
    page = seen.show(PAGES[0])
    page.wait_for_selector('figure.chart[data-movable="yes"]')
    first = page.inner_text("[data-part=usd] .value")
    page.focus("#handle")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url("**error=5.4%25**")
    until(page, "document.getElementById('handle').getAttribute('aria-valuetext') === '5.4 %'")
    moved, address = page.inner_text("[data-part=usd] .value"), page.url
    assert moved != first
    assert page.evaluate("document.activeElement.id") == "handle"
    page.select_option("#law", "exponential")
    page.wait_for_url("**law=exponential**")
    until(
        page,
        "document.body.innerText.includes('exponential, error')",
    )
    page.go_back()
    until(page, "document.getElementById('law').value === 'power'")
    assert page.url == address
    assert page.inner_text("[data-part=usd] .value") == moved
    page.go_back()
    until(page, f"document.querySelector('[data-part=usd] .value').innerText === '{first}'")
    page.go_forward()
    until(page, f"document.querySelector('[data-part=usd] .value').innerText === '{moved}'")
    other = watched()
    again = other.show(address)
    assert again.inner_text("main") == page.inner_text("main")
    assert not seen.wrong


def test_everything_is_reached_by_keyboard_alone(watched):
    seen = watched()
    page = seen.show(PAGES[0])
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("""(() => { const at = document.activeElement;
            return at.id || at.textContent.trim().slice(0, 30); })()""")
        )
    for name in ("Skip to the content", "theme", "error", "source", "law", "site", "handle",
                 "Take this away"):  # fmt: skip
        assert name in reached, (name, reached)
    page.focus("figure.chart path[tabindex='0']")
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert first.startswith("AlexNet, error")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != first
    assert page.is_visible("#tip")
    page.evaluate("window.open = (address) => { window.opened = address; }")
    page.keyboard.press("Enter")
    assert page.evaluate("window.opened").startswith("http")
    page.keyboard.press("Escape")
    assert not page.is_visible("#tip")
    page.focus("#error")
    page.keyboard.press("Control+A")
    page.keyboard.type("8%")
    page.keyboard.press("Enter")
    page.wait_for_url("**error=8%25**")
    page.focus("#theme")
    page.keyboard.press("Enter")
    page.wait_for_selector('figure.chart[data-ready$="dark"]')
    assert not seen.wrong


def test_a_refusal_stands_beside_what_was_typed(watched):
    seen = watched()
    page = seen.show(PAGES[0])
    page.fill("#error", "0%")
    page.press("#error", "Enter")
    page.wait_for_selector("#error-why")
    assert "error = 0% is outside (0, 1)" in page.inner_text("#error-why")
    assert page.input_value("#error") == "0%"
    assert page.evaluate("document.activeElement.id") == "error"


def test_downloads_open_and_texts_are_copied(watched, tmp_path):
    seen = watched()
    page = seen.show(PAGES[0])
    page.click("summary:has-text('Take this away')")
    for form, start in (
        ("SVG", b"<svg"),
        ("PNG", b"\x89PNG"),
        ("CSV", b"quantity,"),
        ("HTML", b"<!doctype"),
    ):
        with page.expect_download() as waiting:
            page.click(f".downloads a:has-text('{form}')")
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        assert path.read_bytes().startswith(start), form
    picture = next(tmp_path.glob("*.png")).read_bytes()
    assert int.from_bytes(picture[16:20]) > 700  # width, in the header of a PNG
    page.click("[data-copy=command]")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "costlaw forecast imagenet --error 5%")  # fmt: skip
    page.click("[data-copy=link]")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(seen.base)
    assert watched().show(link).inner_text("h1") == page.inner_text("h1")
    offline = watched()
    offline.context.set_offline(True)
    html = next(tmp_path.glob("*.html"))
    offline.page.goto(html.as_uri())
    offline.page.wait_for_selector("#picture svg.marks")


def test_charts_are_drawn_for_their_width_and_never_scaled(watched):
    seen = watched()
    page = seen.show(PAGES[0])
    for width in (1440, 700, 390):
        page.set_viewport_size({"width": width, "height": 900})
        until(
            page,
            """(() => { const f = document.querySelector("figure.chart");
            return Math.abs(parseInt(f.dataset.ready) - f.clientWidth) < 12; })()""",
        )
        scale = page.evaluate("""(() => { const s = document.querySelector("figure.chart svg");
            return s.getBoundingClientRect().width / s.viewBox.baseVal.width; })()""")
        assert abs(scale - 1) < 0.01
    assert not seen.wrong


def test_print_is_light_and_whole(watched):
    seen = watched(scheme="dark")
    page = seen.show(PAGES[0])
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible("nav")
    assert page.is_visible("figure.chart svg")
    assert page.pdf().startswith(b"%PDF")


def test_a_page_works_without_scripts(browser, served):
    context = browser.new_context(java_script_enabled=False, base_url=served.address)
    page = context.new_page()
    page.goto(PAGES[0])
    assert "million" in page.inner_text("[data-part=usd] .value")
    picture = page.locator("figure.chart img")
    for _ in range(50):
        if picture.evaluate("(image) => image.naturalWidth") > 300:
            break
        time.sleep(0.1)
    assert picture.evaluate("(image) => image.naturalWidth") > 300
    page.fill("#error", "7%")
    page.press("#error", "Enter")
    page.wait_for_url("**error=7%25**")
    context.close()


def test_a_file_is_dropped_read_fitted_and_priced(watched, own_file):
    seen = watched()
    page = seen.show("/runs")
    page.set_input_files("#file", own_file)
    page.wait_for_url("**/runs?source=file**")
    until(page, "document.body.innerText.includes('Nothing has been fitted')")
    page.fill("#error", "8%")
    page.click("text=Fit every law")
    page.wait_for_url("**fit=yes**")
    until(page, READY)
    assert page.is_visible("text=What to run next")
    page.click("text=What does it cost?")
    page.wait_for_url("**/explore?**")
    until(page, READY)
    assert "runs.csv" in page.inner_text("h1")
    assert page.is_visible("[data-part=usd] .value")
    assert not seen.wrong
    assert not seen.elsewhere


def test_a_file_that_cannot_be_read_is_refused_where_it_was_dropped(watched, tmp_path):
    seen = watched()
    page = seen.show("/runs")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    page.set_input_files("#file", tmp_path / "notes.pdf")
    page.wait_for_selector(".drop .why:not([hidden])")
    assert "suffix" in page.inner_text(".drop .why")


def test_a_name_with_markup_stays_text_on_the_page_and_in_the_tip(watched, tmp_path):
    name = "<img src=x onerror=window.hit=1>"
    rows = "".join(f'"{name} {i}",{0.4 / (1 + i)},{10 ** (18 + i)}\n' for i in range(7))
    (tmp_path / "odd.csv").write_text(f"name,val_error,train_flops\n{rows}")
    seen = watched()
    page = seen.show("/runs")
    page.set_input_files("#file", tmp_path / "odd.csv")
    page.wait_for_url("**/runs?source=file**")
    source = page.evaluate("new URL(location.href).searchParams.get('source')")
    seen.show(f"/explore?source={source}&error=10%25")
    page.focus("figure.chart path[tabindex='0']")
    assert page.inner_text("#tip strong").startswith(name)
    point = page.locator("figure.chart path[tabindex='0']").bounding_box()
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.wait_for_timeout(100)
    assert page.evaluate("document.querySelectorAll('#tip img, main img[src=x]').length") == 0
    assert page.evaluate("window.hit === undefined")
    assert not seen.wrong


def test_the_corpus_is_searched_and_sorted_without_a_reload(watched):
    seen = watched()
    page = seen.show("/data")
    page.evaluate("window.same = true")
    page.fill("#q", "resnet")
    page.wait_for_url("**q=resnet**")
    until(page, "document.activeElement.id === 'q' && document.activeElement.value === 'resnet'")
    page.click("text=Error")
    page.wait_for_url("**sort=error**")
    page.go_back()
    page.wait_for_url("**q=resnet**")
    assert page.evaluate("window.same")
    assert not seen.wrong


def test_a_claim_opens_its_picture(watched):
    seen = watched()
    page = seen.show("/claims")
    page.click("details.claim:has-text('NASNet-A used more') > summary")
    page.wait_for_selector("details.claim[open] figure.chart[data-ready] svg")
    assert not seen.wrong


def test_the_rule_in_the_picture_is_dragged(watched):
    page = watched().show(PAGES[0])
    page.wait_for_selector('figure.chart[data-movable="yes"]')
    money = page.inner_text("[data-part=usd] .value")
    box = page.evaluate("""(() => { const lines = [...document.querySelectorAll(".mark-rule line")]
        .filter((line) => (line.__data__.datum.strokeDash || []).length === 2);
        lines[lines.length - 1].scrollIntoView({ block: "center" });
        const at = lines[lines.length - 1].getBoundingClientRect();
        return [at.left + at.width / 4, at.top]; })()""")
    page.mouse.move(*box)
    page.mouse.down()
    page.mouse.move(box[0], box[1] - 60, steps=6)
    page.mouse.up()
    assert page.inner_text("[data-part=usd] .value") != money
    page.wait_for_url(lambda url: "error=" in url and "error=5%25" not in url)


CONTROLS = """(() => { const kinds = "a[href], button, select, summary, [tabindex='0'], ";
    const all = [...document.querySelectorAll(kinds + "input:not([type=hidden])")]
        .filter((one) => one.checkVisibility());
    all.forEach((one, place) => { one.dataset.place = place; });
    return all.map((one) => one.outerHTML.slice(0, 90)); })()"""
FOCUS = """(() => { const at = document.activeElement, style = getComputedStyle(at);
    if (at === document.body) return null;
    const box = at.getBoundingClientRect();
    const marked = at instanceof SVGElement ? parseFloat(style.strokeWidth) >= 3
        : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return { place: Number(at.dataset.place), marked, html: at.outerHTML.slice(0, 120),
             seen: box.bottom > 0 && box.top < innerHeight
                 && box.right > 0 && box.left < innerWidth }; })()"""


def walk(page):
    """Return where the focus was on its way through a page by Tab alone, to its end."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    stops = []
    for _ in range(600):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None:
            return stops
        assert at["place"] not in {one["place"] for one in stops[-20:]}, ("a trap", at)
        stops.append(at)
    raise AssertionError("the focus never leaves the page")


def tab_to(page, selector, most=120):
    """Press Tab until an element has the focus."""
    for _ in range(most):
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached")


@pytest.mark.parametrize("width", [390, 1440])
def test_every_control_of_every_page_is_reached_by_tab_and_shows_its_focus(
    watched, own_page, width
):
    seen = watched(width=width)
    for path in PAGES:
        page = seen.show(own_page if path == "OWN" else path)
        controls = page.evaluate(CONTROLS)
        stops = walk(page)
        reached = {one["place"] for one in stops}
        assert not [html for place, html in enumerate(controls) if place not in reached], path
        assert not [one["html"] for one in stops if not one["marked"]], path
        assert not [one["html"] for one in stops if not one["seen"]], path
    assert not seen.wrong


FORMS = (  # page, field, what is typed, what the address then says
    ("/explore?v=1&source=imagenet&error=5%25", "#error", "7%", "**error=7%25**"),
    ("/plan", "#budget", "$20 million", "**budget=%2420+million**"),
    ("/report", "#error", "7%", "**error=7%25**"),
    ("/compare", "#vs", "GPT-3", "**vs=GPT-3**"),
    ("/lifecycle", "#uses", "10 million/day", "**uses=10+million%2Fday**"),
    ("/claims", "#q", "AlexNet", "**q=AlexNet**"),
    ("/data", "#q", "resnet", "**q=resnet**"),
)
CHOICES = (  # page, field that is chosen from with an arrow
    ("/explore?v=1&source=imagenet&error=5%25", "law"), ("/plan", "chance"), ("/report", "source"),
    ("/lifecycle", "currency"), ("/claims", "verdict"), ("/data", "edition"),
)  # fmt: skip


def test_every_form_is_answered_by_keyboard_alone_and_keeps_the_focus(watched, own_file):
    seen = watched()
    for path, field, text, address in FORMS:
        page = seen.show(path)
        tab_to(page, field)
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.wait_for_url(address)
        until(page, f"document.activeElement.matches({field!r})")
        assert page.input_value(field) == text
    for path, field in CHOICES:
        page = seen.show(path)
        tab_to(page, f"#{field}")
        before = page.evaluate("location.href")
        page.keyboard.press("ArrowDown")
        until(page, f"location.href !== {before!r} && location.href.includes('{field}=')")
        until(page, f"document.activeElement.id === '{field}'")
    page = seen.show("/runs")
    tab_to(page, "#file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")  # the browser answers Enter here in ten of twelve tries
    chooser.value.set_files(own_file)
    page.wait_for_url("**/runs?source=file**")
    tab_to(page, "#error")
    page.keyboard.type("8%")
    page.keyboard.press("Enter")
    page.wait_for_url("**fit=yes**")
    assert not seen.wrong
    assert not seen.elsewhere


def test_what_is_folded_opens_and_links_lead_on_by_keyboard_alone(watched, own_page):
    seen = watched()
    for path in PAGES:
        page = seen.show(own_page if path == "OWN" else path)
        if not page.query_selector("main details:not([open]) > summary"):
            continue
        tab_to(page, "main details:not([open]) > summary", most=300)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.parentElement.open"), path
    page = seen.show("/reading")
    tab_to(page, "main a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore?**")
    page = seen.show("/data")
    tab_to(page, "thead a[href*='sort=error']")
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=error**")
    page = seen.show("/compare")
    tab_to(page, "header a[href='/plan']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan")
    assert not seen.wrong


def test_the_handle_is_moved_by_keyboard_alone(watched):
    page = watched().show(PAGES[0])
    page.wait_for_selector('figure.chart[data-movable="yes"]')
    tab_to(page, "#handle")
    said = "document.getElementById('handle').getAttribute('aria-valuetext')"
    last = page.evaluate("Number(document.getElementById('handle').max)")
    seen = [page.evaluate(said)]
    for key, place in (("Home", 0), ("ArrowRight", 1), ("PageUp", None), ("End", last)):
        page.keyboard.press(key)
        seen.append(page.evaluate(said))
        if place is not None:
            assert page.evaluate("Number(document.getElementById('handle').value)") == place
    assert len(set(seen)) == len(seen)
    stops = page.evaluate("document.getElementById('handle').dataset.stops.split(' ')")
    page.wait_for_url(f"**error={stops[-1].replace('%', '%25')}**")
    until(page, "document.activeElement.id === 'handle'")
