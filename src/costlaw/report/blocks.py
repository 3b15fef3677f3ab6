"""Blocks: what a memo is made of, before anyone decides how it looks.

One idea: text stays text. A writer escapes it for its own format, so that a name out of a file can
never become markup in a page, a PDF or a Markdown file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph; ``strong`` for the sentence a reader must not miss."""

    text: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; every cell is text already, with its unit.

    Parameters
    ----------
    head : tuple of str
        Column titles.
    rows : tuple of tuple of str
        Cells; the first column is a row's name.
    caption : str
        What the table says.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Code:
    """A command or a snippet, to be copied."""

    text: str
    language: str = "console"


@dataclass(frozen=True, kw_only=True, eq=False)
class Moving:
    """The same picture with a target that moves.

    Parameters
    ----------
    draw : callable
        ``draw(width=…, theme=…)`` returns the specification whose named tables a page replaces.
    rows : callable
        ``rows(width=…, theme=…)`` returns those tables for each stop.
    texts : tuple of dict
        What stands beside the picture at each stop.
    first : int
        The stop that is shown first.
    """

    draw: Callable[..., dict[str, Any]]
    rows: Callable[..., list[dict[str, Any]]]
    texts: tuple[dict[str, str], ...]
    first: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """A figure drawn for any width and theme, and what it says in words.

    Parameters
    ----------
    draw : callable
        ``draw(width=…, theme=…)`` returns a Vega-Lite specification.
    caption, says : str
        Caption, and the picture in words.
    moving : Moving or None
        The same with a target that moves, for pages.
    """

    draw: Callable[..., dict[str, Any]]
    caption: str
    says: str
    moving: Moving | None = None


@dataclass(frozen=True, kw_only=True)
class Link:
    """One source: text, and its address where there is one."""

    text: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Links:
    """A numbered list of sources."""

    items: tuple[Link, ...]


Block = Paragraph | Bullets | Table | Code | Picture | Links


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


def block_record(block: Block) -> dict[str, Any]:
    """Return a block as plain values, for a template that shows every text as it is."""
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": block.text, "strong": block.strong}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": list(block.items)}
    if isinstance(block, Links):
        links = [{"text": link.text, "url": link.url} for link in block.items]
        return {"kind": "links", "items": links}
    if isinstance(block, Code):
        return {"kind": "code", "text": block.text}
    if isinstance(block, Table):
        return {
            "kind": "table",
            "head": list(block.head),
            "rows": [list(row) for row in block.rows],
            "caption": block.caption,
        }
    return {"kind": "picture", "caption": block.caption, "says": block.says}
