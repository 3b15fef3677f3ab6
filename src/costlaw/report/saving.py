"""A memo as a file: HTML, PDF or Markdown, each written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from costlaw.exceptions import OptionError
from costlaw.figures import check_place, svg_text, write_whole
from costlaw.report.blocks import Picture
from costlaw.report.making import Memo

SUFFIXES = (".html", ".pdf", ".md")


def check_memo_path(path: str | Path, suffix: str) -> Path:
    """Return the path if a memo could be written there, before any work is done.

    Raises
    ------
    OptionError
        If the suffix does not say the format.
    OutputError
        If the folder does not exist or cannot be written to.

    Examples
    --------
    >>> check_memo_path("memo.pdf", ".pdf").name
    'memo.pdf'
    """
    target = Path(path)
    if target.suffix.casefold() != suffix:
        raise OptionError(f'memo "{path}": expected a name that ends in {suffix}.')
    check_place(target, "memo")
    return target


def save_memo(made: Memo, path: str | Path) -> tuple[Path, ...]:
    """Write a memo; the suffix says the format.

    Parameters
    ----------
    made : Memo
        What to write.
    path : str or Path
        Ends in .html, .pdf or .md. Markdown gets its picture beside it, as SVG.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    OptionError, OutputError
        See :func:`check_memo_path`.
    MissingExtra
        If the extra [report] is not installed.
    """
    suffix = Path(path).suffix.casefold()
    if suffix not in SUFFIXES:
        raise OptionError(f'memo "{path}": expected a name that ends in {", ".join(SUFFIXES)}.')
    target = check_memo_path(path, suffix)
    if suffix == ".md":
        return _markdown(made, target)
    if suffix == ".pdf":
        from costlaw.report.pdf import pdf_bytes

        write_whole(target, pdf_bytes(made))
    else:
        from costlaw.report.page import page_text

        write_whole(target, page_text(made).encode())
    return (target,)


def _markdown(made: Memo, target: Path) -> tuple[Path, ...]:
    from costlaw.report.markdown import markdown_text

    beside = target.with_name(f"{target.stem}-picture.svg")
    drawn = next(b for s in made.sections for b in s.blocks if isinstance(b, Picture))
    still = svg_text(drawn.draw(width=720, theme="light")).encode()
    text = markdown_text(made, picture=beside.name.replace(" ", "%20")).encode()
    write_whole(beside, still)
    write_whole(target, text)
    return target, beside
