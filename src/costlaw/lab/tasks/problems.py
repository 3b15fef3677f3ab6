"""Which tasks are problems of classification that strategies can be held against each other on."""

from __future__ import annotations

import importlib
from typing import Any

from costlaw.exceptions import UnknownName
from costlaw.lab.tasks.classification import kept
from costlaw.lab.training.problem import Problem

# name -> module:function that returns the problem
PROBLEMS: dict[str, str] = {
    "fashion-mnist": "costlaw.lab.tasks.pictures:fashion",
    "mnist": "costlaw.lab.tasks.pictures:digits",
    "breast-cancer": "costlaw.lab.tasks.tables:tumours",
    "gene-expression": "costlaw.lab.tasks.tables:tissues",
    "flights": "costlaw.lab.tasks.tables:departures",
}


def find_problem(name: str) -> Problem:
    """Return the problem of a task, its data fetched if they are not here yet.

    Raises
    ------
    UnknownName
        If there is none of that name.
    UnreachableRegistry, DataError
        If the data cannot be had.
    """
    if name not in PROBLEMS:
        raise UnknownName("task", name, PROBLEMS)
    place, _, maker = PROBLEMS[name].partition(":")
    function: Any = getattr(importlib.import_module(place), maker)
    return kept(function)
