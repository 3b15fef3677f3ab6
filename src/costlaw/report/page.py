"""A memo as one HTML file that works offline, under a policy that names its scripts by hash.

The file holds the memo as text, a still picture for readers without scripts, and the same picture
alive: drawn for the width of the window, light or dark, with what a pointer shows. Nothing is
fetched; a browser refuses any other script, style or host.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from importlib.resources import files

from costlaw.figures import javascript_bundle, moving_script, svg_text, theme_of
from costlaw.report.blocks import Block, Bullets, Code, Links, Moving, Paragraph, Picture, Table
from costlaw.report.making import Memo

WIDTHS = (360, 720)  # px: for a phone, and for a desk
THEMES = ("light", "dark")


def page_text(made: Memo) -> str:
    """Return a memo as one page.

    Raises
    ------
    MissingExtra
        If the extra [report] is not installed.
    """
    here = files("costlaw.report")
    style = (here / "memo.css").read_text(encoding="utf-8")
    script = moving_script() + (here / "memo.js").read_text(encoding="utf-8")
    bundle = javascript_bundle()
    policy = (
        f"default-src 'none'; script-src {_hash(bundle)} {_hash(script)}; "
        f"style-src {_hash(style)}; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{html.escape(made.title)}</title>\n<style>{style}</style>\n</head>\n",
            f"<body>\n<main>\n<h1>{html.escape(made.title)}</h1>\n",
            *(_section(section.title, section.blocks) for section in made.sections),
            f"</main>\n<script>{bundle}</script>\n<script>{script}</script>\n</body>\n</html>\n",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _section(title: str, blocks: tuple[Block, ...]) -> str:
    name = "".join(letter if letter.isalnum() else "-" for letter in title.casefold())
    inside = "\n".join(_block(block) for block in blocks)
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{html.escape(title)}</h2>\n'
        f"{inside}\n</section>\n"
    )


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        kind = ' class="strong"' if block.strong else ""
        return f"<p{kind}>{html.escape(block.text)}</p>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Links):
        items = "".join(f"<li>{html.escape(one.text)}{_link(one.url)}</li>" for one in block.items)
        return f'<ol class="sources">{items}</ol>'
    if isinstance(block, Code):
        return f'<pre tabindex="0"><code>{html.escape(block.text)}</code></pre>'
    if isinstance(block, Picture):
        return _picture(block)
    return _table(block)


def _link(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        return ""
    address = html.escape(url, quote=True)
    return f' <a href="{address}" rel="noopener noreferrer">{html.escape(url)}</a>'


def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in block.head)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in block.rows
    )
    caption = f'<p class="caption">{html.escape(block.caption)}</p>' if block.caption else ""
    says = html.escape(block.caption or ", ".join(block.head), quote=True)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{says}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{caption}"
    )


LABELS = {
    "compute": "Compute",
    "usd": "Money",
    "device_hours": "Time",
    "energy_kwh": "Energy",
    "co2e_kg": "Carbon",
    "evidence": "Evidence",
}


def _picture(block: Picture) -> str:
    alive = block.moving
    draw = alive.draw if alive else block.draw
    drawn: dict[str, object] = {
        theme: [draw(width=width, theme=theme) for width in WIDTHS] for theme in THEMES
    }
    if alive:
        drawn |= {
            "rows": [alive.rows(width=width, theme="light") for width in WIDTHS],
            "texts": alive.texts,
            "first": alive.first,
            "colours": _colours(),
        }
    data = json.dumps(drawn, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    safe = data.replace("<", "\\u003c")  # so that no name in the data can end the block
    says = html.escape(block.says, quote=True)
    return (
        f"<figure>{_handle(alive) if alive else ''}"
        f'<div class="picture" role="img" aria-label="{says}">'
        f"{svg_text(block.draw(width=WIDTHS[-1], theme='light'))}</div>\n"
        f'<script type="application/json" class="drawn">{safe}</script>\n'
        f"<figcaption>{html.escape(block.caption)}</figcaption></figure>"
    )


def _handle(alive: Moving) -> str:
    """Return the handle and the card that it moves; hidden until the script is there."""
    texts = alive.texts[alive.first]
    rows = "".join(
        f'<div><dt>{label}</dt><dd data-text="{key}">{html.escape(texts[key])}</dd></div>'
        for key, label in LABELS.items()
    )
    return (
        '<div class="handle" hidden><label>Move the target: an error of '
        f'<strong data-text="shown">{html.escape(texts["shown"])}</strong> '
        f'<input type="range" min="0" max="{len(alive.texts) - 1}" value="{alive.first}" '
        f'aria-valuetext="{html.escape(texts["shown"], quote=True)}"></label>'
        f'<dl aria-live="polite">{rows}</dl></div>'
    )


def _colours() -> dict[str, str]:
    """Return the dark colour of each light one that a moving mark may have."""
    light, dark = theme_of("light"), theme_of("dark")
    return {getattr(light, name): getattr(dark, name) for name in ("background", "text", "target")}
