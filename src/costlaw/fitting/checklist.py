"""The reporting checklist of the (Mis)Fitting survey, filled in by every fit, blanks listed.

Li, Kudugunta and Zettlemoyer 2025 read over fifty papers and found that most leave out what is
needed to fit their laws again; their checklist has four parts: the hypothesis, the training, the
data, the fit. What the program knows is filled in; what only the person knows stays blank and is
listed, so that it can be written down before the number is quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from costlaw.laws import Law
from costlaw.sources import Source

MISFITTING_2025 = Source(
    title="Li, Kudugunta, Zettlemoyer, (Mis)Fitting: A Survey of Scaling Laws",
    year=2025,
    url="https://arxiv.org/abs/2502.18969",
    locator="checklist",
)
# key -> (part of the checklist, the question in our words); the order is that of the survey
ITEMS: dict[str, tuple[str, str]] = {
    "form": ("hypothesis", "What is the form of the law?"),
    "variables": ("hypothesis", "Which variables does it relate?"),
    "coefficients": ("hypothesis", "Which coefficients are fitted?"),
    "principle": ("hypothesis", "On what is the form based, and what does it assume?"),
    "networks": ("training", "How many networks were trained?"),
    "sizes": ("training", "Of which sizes?"),
    "data": ("training", "On how much data each?"),
    "data_set": ("training", "On which data set?"),
    "repeated": ("training", "Was any data repeated?"),
    "counting": ("training", "How were parameters, data and compute counted?"),
    "hyperparameters": ("training", "How were hyperparameters chosen, and per size?"),
    "schedule": ("training", "Which learning-rate schedule, and does it end with the run?"),
    "architecture": ("training", "Which architecture, and is its shape kept over sizes?"),
    "code": ("training", "Where are code and checkpoints?"),
    "checkpoints": ("data", "How many checkpoints of each network enter?"),
    "metric": ("data", "Which metric, on which evaluation set?"),
    "changed": ("data", "Were the raw values changed (smoothed, merged, cut)?"),
    "objective": ("fit", "Which objective is minimised?"),
    "algorithm": ("fit", "By which algorithm, with which settings?"),
    "starts": ("fit", "From which starts?"),
    "left_out": ("fit", "Were any points left out?"),
    "checked": ("fit", "How was the law checked: hidden runs, goodness of fit?"),
    "uncertainty": ("fit", "What uncertainty, by which method?"),
}


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """The filled-in checklist of one fit.

    Parameters
    ----------
    answers : dict of str to str
        Answer to each item that is known.
    """

    answers: dict[str, str]

    @property
    def blanks(self) -> tuple[str, ...]:
        """Questions that only the person who trained can answer."""
        return tuple(text for key, (_, text) in ITEMS.items() if key not in self.answers)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        items = [
            {"part": part, "question": text, "answer": self.answers.get(key)}
            for key, (part, text) in ITEMS.items()
        ]
        return {"items": items, "blanks": list(self.blanks), "source": MISFITTING_2025.to_dict()}

    def __str__(self) -> str:
        lines, last = [], ""
        for key, (part, text) in ITEMS.items():
            if part != last:
                lines.append(part.upper())
                last = part
            lines.append(f"  {text}")
            lines.append(f"    {self.answers.get(key, '(blank: write it down)')}")
        filled = len(ITEMS) - len(self.blanks)
        lines.append(f"{filled} of {len(ITEMS)} filled in; {len(self.blanks)} only you can answer.")
        return "\n".join(lines)


def fill_in(law: Law, known: Mapping[str, str | None]) -> Checklist:
    """Return the checklist of a fit.

    Parameters
    ----------
    law : Law
        The law: its form, variables, coefficients and papers are filled in.
    known : mapping of str to str or None
        What the fit knows of the other items; empty and None stay blank.

    Examples
    --------
    >>> from costlaw.laws import law
    >>> filled = fill_in(law("power"), {"networks": "12"})
    >>> filled.answers["form"], "Where are code and checkpoints?" in filled.blanks
    ('error = scale * compute^-exponent', True)
    """
    papers = "; ".join(f"{source.title} ({source.year})" for source in law.sources)
    answers = {
        "form": law.formula,
        "variables": f"error and {', '.join(law.inputs)}",
        "coefficients": ", ".join(f"{item.name} ({item.symbol})" for item in law.coefficients),
        "principle": f"{law.title}; follows {papers}",
    }
    answers.update({key: text for key, text in known.items() if text})
    return Checklist(answers={key: answers[key] for key in ITEMS if key in answers})
