"""A memo as Markdown: plain text for a pull request or a wiki, with its picture beside it."""

from __future__ import annotations

import re

from costlaw.report.blocks import Block, Bullets, Code, Links, Paragraph, Picture, Table
from costlaw.report.making import Memo

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def plain(text: str) -> str:
    """Return text that Markdown shows as it is: no mark-up, no line break.

    Examples
    --------
    >>> plain("a|b <img src=x>")
    'a\\\\|b \\\\<img src=x\\\\>'
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def markdown_text(made: Memo, *, picture: str) -> str:
    """Return a memo as Markdown.

    Parameters
    ----------
    made : Memo
        What to write.
    picture : str
        Name of the picture's file beside it.
    """
    parts = [f"# {plain(made.title)}"]
    for section in made.sections:
        parts.append(f"## {plain(section.title)}")
        parts += [_block(block, picture) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _block(block: Block, picture: str) -> str:
    if isinstance(block, Paragraph):
        text = plain(block.text)
        return f"**{text}**" if block.strong else text
    if isinstance(block, Bullets):
        return "\n".join(f"- {plain(item)}" for item in block.items)
    if isinstance(block, Links):
        return "\n".join(
            f"{number}. {plain(link.text)}" + (f" <{link.url}>" if _web(link.url) else "")
            for number, link in enumerate(block.items, start=1)
        )
    if isinstance(block, Code):
        return f"```{block.language}\n{block.text}\n```"
    if isinstance(block, Picture):
        return f"![{plain(block.says)}]({picture})\n\n*{plain(block.caption)}*"
    return _table(block)


def _table(block: Table) -> str:
    lines = [block.head, tuple("---" for _ in block.head), *block.rows]
    text = "\n".join(
        "| " + " | ".join(cell if cell == "---" else plain(cell) for cell in line) + " |"
        for line in lines
    )
    return f"{text}\n\n{plain(block.caption)}" if block.caption else text


def _web(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not re.search(r"[\s<>]", url)
