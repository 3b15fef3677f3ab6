"""A memo as PDF, set by typst: no browser, nothing fetched.

The template reads the memo as data and never as mark-up, so a name out of a file stays text. The
picture goes in as vectors.
"""

from __future__ import annotations

import json
import tempfile
from importlib.resources import files
from pathlib import Path

from costlaw.exceptions import MissingExtra, OutputError
from costlaw.figures import picture_for_pixels
from costlaw.report.blocks import Picture, block_record
from costlaw.report.making import Memo


def pdf_bytes(made: Memo) -> bytes:
    """Return a memo as PDF.

    Raises
    ------
    MissingExtra
        If typst or vl-convert is not installed.
    OutputError
        If typst cannot set it.
    """
    try:
        import typst
        import vl_convert
    except ImportError as error:
        raise MissingExtra("report", "writing a PDF") from error
    pictures: dict[str, bytes] = {}
    sections = []
    for section in made.sections:
        blocks = []
        for block in section.blocks:
            told = block_record(block)
            if isinstance(block, Picture):
                told["file"] = f"picture-{len(pictures)}.pdf"
                spec = picture_for_pixels(block.draw(width=720, theme="light"))
                pictures[told["file"]] = bytes(vl_convert.vegalite_to_pdf(spec))
            blocks.append(told)
        sections.append({"title": section.title, "blocks": blocks})
    memo = json.dumps({"title": made.title, "sections": sections}, ensure_ascii=False)
    template = (files("costlaw.report") / "memo.typ").read_bytes()
    sheets = {"memo.typ": template, "memo.json": memo.encode(), **pictures}
    with tempfile.TemporaryDirectory(prefix="costlaw-memo-") as folder:
        for name, content in sheets.items():
            (Path(folder) / name).write_bytes(content)
        try:
            return bytes(typst.compile(Path(folder) / "memo.typ", root=Path(folder), format="pdf"))
        except RuntimeError as error:
            raise OutputError(f"the memo could not be set as PDF: {error}.") from error
