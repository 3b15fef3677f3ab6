"""A memo as a file: HTML, PDF or Markdown, each written whole or not at all."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from costlaw.exceptions import MissingExtra, OptionError
from costlaw.figures import check_place, svg_text, write_whole
from costlaw.report.blocks import Picture
from costlaw.report.making import Memo

SUFFIXES = (".html", ".pdf", ".md")
BESIDE = "-picture.svg"  # behind the name of a Markdown file


def check_memo_path(path: str | Path, suffix: str) -> Path:
    """Return the path if a memo could be written there, before any work is done.

    Raises
    ------
    OptionError
        If the suffix does not say the format.
    OutputError
        If the folder does not exist or cannot be written to.
    MissingExtra
        If it is a PDF and the extra [report] is not installed.

    Examples
    --------
    >>> check_memo_path("memo.pdf", ".pdf").name
    'memo.pdf'
    """
    target = Path(path)
    if target.suffix.casefold() != suffix:
        raise OptionError(f'memo "{path}": expected a name that ends in {suffix}.')
    check_place(target, "memo")
    if suffix == ".pdf" and find_spec("typst") is None:
        raise MissingExtra("report", "writing a PDF")
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
    written = {target: suffix}
    if suffix == ".md":
        written[target.with_name(f"{target.stem}{BESIDE}")] = ".svg"
    contents = {path: memo_bytes(made, form, stem=target.stem) for path, form in written.items()}
    for place, content in reversed(contents.items()):  # the picture before the text that shows it
        write_whole(place, content)
    return tuple(written)


def memo_bytes(made: Memo, suffix: str, *, stem: str = "memo") -> bytes:
    """Return a memo as the content of a file.

    Parameters
    ----------
    made : Memo
        What to write.
    suffix : str
        .html, .pdf, .md, or .svg for the picture that Markdown has beside it.
    stem : str
        Name of the file without its suffix: Markdown names its picture after it.

    Raises
    ------
    OptionError
        If there is no such form.
    MissingExtra
        If the extra [report] is not installed.
    """
    if suffix == ".html":
        from costlaw.report.page import page_text

        return page_text(made).encode()
    if suffix == ".pdf":
        from costlaw.report.pdf import pdf_bytes

        return pdf_bytes(made)
    if suffix == ".md":
        from costlaw.report.markdown import markdown_text

        return markdown_text(made, picture=f"{stem}{BESIDE}".replace(" ", "%20")).encode()
    if suffix == ".svg":
        drawn = next(b for s in made.sections for b in s.blocks if isinstance(b, Picture))
        return svg_text(drawn.draw(width=720, theme="light")).encode()
    raise OptionError(f'memo as "{suffix}": expected {", ".join((*SUFFIXES, ".svg"))}.')
