"""Views stand in their address, and come back out of it."""

import shlex

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from costlaw.cli import command as costlaw_command
from costlaw.exceptions import OptionError
from costlaw.web.views import NAMES, View

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1,
               max_size=40).map(str.strip).filter(bool)  # fmt: skip


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, TEXT)))
def test_a_view_comes_back_out_of_its_address_exactly(values):
    from urllib.parse import parse_qsl

    view = View(**values)
    assert View.read(dict(parse_qsl(view.query()))) == view


def test_an_address_of_another_version_says_so():
    with pytest.raises(OptionError, match="another version"):
        View.read({"v": "7", "source": "coco"})
    assert View.read({"source": "coco"}) == View.read({"v": "1", "source": "coco"})


def test_an_address_that_cannot_be_read_is_a_page_that_says_why(client):
    answer = client.get("/explore?v=7")
    assert answer.status_code == 422
    assert "another version" in answer.text


def test_what_was_typed_is_kept_and_the_reason_stands_beside_it(client):
    answer = client.get("/explore?source=imagenet&error=banana")
    assert answer.status_code == 422
    assert 'value="banana"' in answer.text
    assert 'aria-describedby="error-why"' in answer.text
    unknown = client.get("/explore?source=imagenet&law=cubic")
    assert '<option value="cubic" selected>' in unknown.text
    assert 'id="law-why"' in unknown.text


def test_a_view_that_has_no_number_still_shows_its_law(client):
    answer = client.get("/explore?source=imagenet&measure=operations-per-pass&edition=v2")
    assert answer.status_code == 422
    assert 'id="measure-why"' in answer.text
    assert 'data-kind="fit"' in answer.text


def test_the_command_that_is_taken_away_gives_the_same_answer(client):
    import html
    import json
    import re

    query = "source=imagenet&error=7%25&edition=v1&site=article-2021"
    page = client.get(f"/explore?{query}").text
    command = html.unescape(re.search(r'data-copied="command">(.*?)</pre>', page, re.DOTALL)[1])
    words = shlex.split(command)
    assert words[0] == "costlaw"
    done = CliRunner().invoke(costlaw_command, [*words[1:], "--json"])
    assert json.loads(done.stdout) == client.get(f"/api/v1/forecast?{query}").json()
    code = html.unescape(re.search(r'data-copied="python">(.*?)</pre>', page, re.DOTALL)[1])
    space = {}
    exec(code.replace("print(answer)", ""), space)
    assert space["answer"].to_dict() == json.loads(done.stdout)


def test_names_out_of_data_stay_text(client):
    rows = b'name,val_error,train_flops\n"<img src=x onerror=alert(1)>",0.3,1e18\nb,0.2,1e19\n' \
           b"</script><b>c,0.15,1e20\nd,0.12,1e21\n"  # fmt: skip
    name = "<img src=x onerror=alert(1)>.csv"
    source = client.post("/api/v1/files", files={"file": (name, rows)}).json()["source"]
    page = client.get("/explore", params={"source": source, "error": "10%"}).text
    assert "<img src=x" not in page.replace("<noscript><img", "")
    assert "<b>c" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
