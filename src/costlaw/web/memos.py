"""A decision memo, asked as the command line asks it, and as a file.

One idea: the page, the API and the downloads are one memo; its command writes the same file again.
"""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

from costlaw.report import BESIDE, Memo, memo, memo_bytes
from costlaw.web.desk import Desk
from costlaw.web.pages.copying import command_words
from costlaw.web.views import View

KINDS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "svg": "image/svg+xml",
}


def answer_memo(desk: Desk, view: View, *, form: str = "html") -> Memo:
    """Return what ``costlaw report`` writes.

    Parameters
    ----------
    desk : Desk
        Where it is answered.
    view : View
        Source, target, law and place.
    form : str
        Which file its command names.

    Raises
    ------
    CostlawError
        As the command line refuses.
    """
    found = desk.forecast(view)
    name = desk.files.held(view.file_key).name if view.is_file else view.source
    option = {"svg": "md"}.get(form, form)
    more = (f"--{option}", f"{stem_of(name)}.{option}")
    command = shlex.join(command_words("report", view, name=name, more=more))
    key = ("memo", found.fit.digest, view, command, date.today())
    return desk.kept(key, lambda: memo(found, command=command))


def memo_file(desk: Desk, view: View, form: str) -> tuple[str, bytes]:
    """Return the name and the content of a memo as a file."""
    made = answer_memo(desk, view, form=form)
    stem = stem_of(desk.files.held(view.file_key).name if view.is_file else view.source)
    name = f"{stem}{BESIDE}" if form == "svg" else f"{stem}.{form}"
    return name, memo_bytes(made, f".{form}", stem=stem)


def stem_of(name: str) -> str:
    """Return what a memo about a source is called.

    Examples
    --------
    >>> stem_of("imagenet"), stem_of("my runs (1).csv")
    ('costlaw-report-imagenet', 'costlaw-report-my-runs-1')
    """
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(name).stem).strip("-.")[:60]
    return f"costlaw-report-{clean or 'runs'}"
