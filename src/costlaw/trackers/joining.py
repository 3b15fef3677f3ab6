"""Join what another file knows of the same runs: energy, time, compute, matched by name.

A run of the other file matches by identity first, then by name. Amounts of several records of one
name are added where the file is a meter's (a run in pieces), refused where it is a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from costlaw.exceptions import DataError
from costlaw.trackers.logged import Fault, LoggedRun, Value, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader


def joined(
    stream: Iterable[LoggedRun | Fault], others: Sequence[tuple[Reader, Place]], notes: list[str]
) -> Iterator[LoggedRun | Fault]:
    """Yield the stream's runs with the settings that the other files add.

    Parameters
    ----------
    stream : iterable of LoggedRun or Fault
        The runs.
    others : sequence of (Reader, Place)
        Files that know more of them.
    notes : list of str
        Receives how many runs were matched.

    Raises
    ------
    DataError
        If a table names one run twice, or no run is matched at all.
    """
    books = [_book(reader, place) for reader, place in others]
    matched = [0] * len(books)
    total = 0
    for item in stream:
        if isinstance(item, Fault):
            yield item
            continue
        total += 1
        settings = dict(item.settings)
        for number, book in enumerate(books):
            more = book.get(item.identity) or book.get(item.name)
            if more:
                matched[number] += 1
                settings.update(more)
        yield replace(item, settings=settings)
    for (_, place), count, book in zip(others, matched, books, strict=True):
        if total and not count:
            raise DataError(
                f"{place.origin}: none of its names ({', '.join(list(book)[:3])}, …) is the name "
                "of a run; expected the names or identities of the runs."
            )
        notes.append(f"{place.origin} joined to {count} of {total} runs")


def _book(reader: Reader, place: Place) -> dict[str, dict[str, Value]]:
    """Return what a file adds, by the name and by the identity of the run."""
    book: dict[str, dict[str, Value]] = {}
    for item in reader.logged(place, Wanted()):
        if isinstance(item, Fault):
            continue
        more: dict[str, Value] = {
            **item.settings, **{key: trace.last for key, trace in item.traces.items()}
        }  # fmt: skip
        for key in {item.name, item.identity}:
            if key not in book:
                book[key] = dict(more)
            elif reader.supplement:
                _add_up(book[key], more)
            else:
                raise DataError(
                    f'{place.origin}: two rows are called "{key}"; expected one row a run to join.'
                )
    return book


def _add_up(known: dict[str, Value], more: dict[str, Value]) -> None:
    for key, value in more.items():
        old = known.get(key)
        if isinstance(value, float) and isinstance(old, float):
            known[key] = old + value
