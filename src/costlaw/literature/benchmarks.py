"""The benchmarks of the article, with the names people type for them.

Six benchmarks of five tasks. BLEU and average precision are not error rates that can reach 0; the
records say so and every forecast on them repeats it. This module holds no results.
"""

from __future__ import annotations

from functools import lru_cache

from costlaw.exceptions import UnknownName
from costlaw.literature.tables import rows
from costlaw.runs import Benchmark


@lru_cache(maxsize=1)
def benchmarks() -> dict[str, Benchmark]:
    """Return every benchmark of the corpus by name.

    Examples
    --------
    >>> sorted(benchmarks())
    ['coco', 'conll', 'imagenet', 'squad', 'wmt14-en-de', 'wmt14-en-fr']
    """
    return {
        row["benchmark"]: Benchmark(
            name=row["benchmark"],
            title=row["title"],
            metric=row["metric"],
            error_definition=row["error_definition"],
            best_error=float(row["best_error"]),
            reaches_zero=row["reaches_zero"] == "yes",
            caveats=tuple(row["caveats"].split("|")),
            aliases=tuple(row["aliases"].split("|")),
        )
        for row in rows("benchmarks.csv")
    }


def _fold(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def benchmark(name: str) -> Benchmark:
    """Return the benchmark that a name means.

    Parameters
    ----------
    name : str
        Its name or an alias; case, spaces and dashes do not matter.

    Raises
    ------
    UnknownName
        If there is no such benchmark; suggests near ones.

    Examples
    --------
    >>> benchmark("MS COCO").name, benchmark("wmt2014_en_de").name
    ('coco', 'wmt14-en-de')
    """
    key = _fold(name)
    for found in benchmarks().values():
        if key in {_fold(known) for known in (found.name, *found.aliases)}:
            return found
    raise UnknownName("benchmark", name, benchmarks())
