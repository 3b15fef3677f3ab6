"""Make a memo out of a forecast: the order of its sections, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from costlaw.forecasting import Forecast
from costlaw.report import answers, grounds
from costlaw.report.blocks import Section
from costlaw.showing import Shown
from costlaw.sources import Source
from costlaw.version import __version__


@dataclass(frozen=True, kw_only=True, eq=False)
class Memo(Shown):
    """A decision memo.

    Parameters
    ----------
    title : str
        What it is about.
    forecast : Forecast
        The result behind it.
    sections : tuple of Section
        Question, answer, picture, evidence, and the rest.
    command : str
        Command that makes it again; empty if it was made from Python.
    """

    title: str
    forecast: Forecast
    sections: tuple[Section, ...]
    command: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the forecast."""
        return self.forecast.sources

    def table(self) -> Any:
        """Return the forecast's tidy frame."""
        return self.forecast.table()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: the sections as text, and the forecast."""
        return {
            "schema": "costlaw.memo/1",
            "version": __version__,
            "title": self.title,
            "command": self.command,
            "sections": [section.title for section in self.sections],
            "forecast": self.forecast.to_dict(),
        }

    def __repr__(self) -> str:
        return f"Memo: {self.title} ({len(self.sections)} sections; {self.forecast.evidence})"

    def __str__(self) -> str:
        return str(self.forecast)


def memo(forecast: Forecast, *, command: str = "", when: str | None = None) -> Memo:
    """Make a decision memo of a forecast.

    Parameters
    ----------
    forecast : Forecast
        What a target error takes.
    command : str
        Command that makes it again.
    when : str, optional
        Date to print, ISO; today's if absent.

    Returns
    -------
    Memo

    Raises
    ------
    MissingExtra
        If the picture cannot be drawn because the extra [report] is not installed.

    Source
    ------
    The numbers are the forecast's; see its ``sources``.

    Examples
    --------
    >>> from costlaw.verbs import forecast
    >>> made = memo(forecast("imagenet", "5%", edition="v1", site="article-2021"))
    >>> [section.title for section in made.sections][:3]
    ['Question', 'Answer', 'The price of the next points']
    """
    day = when or date.today().isoformat()
    fit, beside = grounds.fitted(forecast)
    sections = [
        answers.question(forecast),
        answers.answer(forecast),
        answers.ladder(forecast),  # before the picture, which has a page of the PDF to itself
        answers.picture(forecast),
        grounds.evidence(forecast),
        grounds.sensitivities(forecast),
        grounds.inputs(forecast),
        grounds.checks(fit, beside),
        grounds.checklist(fit, beside),
        grounds.claims(forecast),
        grounds.sources(forecast),
        grounds.made(forecast, command=command, when=day),
    ]
    return Memo(
        title=f"{forecast.benchmark.title}: what an error of {forecast.shown_error} takes",
        forecast=forecast,
        sections=tuple(section for section in sections if section is not None),
        command=command,
    )
