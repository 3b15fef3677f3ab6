"""Every public name says its shapes, units, errors and source, and has an example that runs."""

import doctest
import inspect
import re
from itertools import pairwise
from pathlib import Path

import pytest

import costlaw

NAMES = [name for name in costlaw.__all__ if name != "__version__"]
FUNCTIONS = ("Parameters", "Returns", "Raises", "Source", "Examples")
CLASSES = ("Parameters", "Source", "Examples")
UNIT = re.compile(
    r"\[[^\]]*(?:FLOP|USD|kWh|CO2e|unit|s|count|year|dex|hour)[^\]]*\]|fraction|shape"
)


def sections(text):
    """The headings of a numpydoc text."""
    lines = text.split("\n")
    return [line for line, below in pairwise(lines)
            if below and set(below) == {"-"} and len(below) == len(line)]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_public_docstring_says_what_a_user_has_to_know(name):
    public = getattr(costlaw, name)
    text = inspect.getdoc(public) or ""
    assert text.split("\n")[0].endswith("."), "one sentence first"
    if inspect.isclass(public) and issubclass(public, Exception):
        return
    wanted = CLASSES if inspect.isclass(public) else FUNCTIONS
    found = sections(text)
    assert not [section for section in wanted if section not in found], f"{name}: {found}"
    if name not in {"Source"}:
        assert UNIT.search(text), f"{name}: no unit, fraction or shape is stated"


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_of_a_public_function_is_described(name):
    public = getattr(costlaw, name)
    if inspect.isclass(public):
        return
    text = inspect.getdoc(public) or ""
    for parameter in inspect.signature(public).parameters.values():
        mark = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        assert f"{mark}{parameter.name}" in text, f"{name}: {parameter.name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_has_an_example_and_the_doctests_run_it(name):
    public = getattr(costlaw, name)
    if inspect.isclass(public) and issubclass(public, Exception):
        return
    assert doctest.DocTestParser().get_examples(inspect.getdoc(public)), f"{name} has no example"
    assert "--doctest-modules" in (Path(__file__).parents[2] / "Makefile").read_text()


def test_fit_forecast_and_cost_come_first_and_there_are_at_most_forty_names():
    assert NAMES[:3] == ["fit", "forecast", "cost"]
    assert len(NAMES) <= 40
