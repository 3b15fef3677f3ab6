"""The default site: option, variable, file, built in; a wrong one is said with its origin."""

import json

import pytest

from costlaw.cli import main
from costlaw.cli.configuration import config_path, default_site


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("COSTLAW_SITE", raising=False)


def leave(*arguments):
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return left.value.code


def test_the_file_is_used_the_variable_goes_before_it_and_the_option_before_both(
    monkeypatch, capsys
):
    assert default_site() == "today"
    assert leave("config", "--site", "article-2021") == 0
    assert default_site() == "article-2021"
    monkeypatch.setenv("COSTLAW_SITE", "authors-2022")
    capsys.readouterr()
    for more, expected in (((), "authors-2022"), (("--site", "article-2021"), "article-2021")):
        assert leave("forecast", "imagenet", "--error", "5%", "--json", *more) == 0
        assert json.loads(capsys.readouterr().out)["cost"]["site"]["name"] == expected


def test_a_cost_is_paid_at_the_configured_site_unless_the_line_says_where(monkeypatch, capsys):
    monkeypatch.setenv("COSTLAW_SITE", "article-2021")
    shown = []
    for more in ((), ("--site", "article-2021"), ("--chip", "A100")):
        assert leave("cost", "1e24 FLOP", "--json", *more) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert shown[0] != shown[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('site = "todya"', "Did you mean today"),
        ("site = 3", "expected a name"),
        ("site", "not TOML"),
        ('sight = "today"', 'unknown setting "sight"; expected site'),
    ],
)
def test_a_bad_file_is_named_in_one_line(capsys, text, message):
    config_path().parent.mkdir(parents=True)
    config_path().write_text(text)
    assert leave("forecast", "imagenet", "--error", "5%") == 2
    err = capsys.readouterr().err
    assert message in err
    assert "config.toml" in err
    assert err.count("\n") == 1


def test_a_site_that_does_not_exist_is_not_kept(capsys):
    assert leave("config", "--site", "todya") == 2
    assert not config_path().exists()
    assert "Did you mean today" in capsys.readouterr().err
