"""A picture as a file: SVG, PNG, or one HTML page that needs nothing else.

One idea: the whole file is made in memory, written beside its place and renamed into it, so that
a reader sees the old file or the new one and never half of one. vl-convert carries Vega, Vega-Lite
and its fonts, so that nothing is fetched; the HTML holds the same bundle and a policy under which
a browser refuses any other host.
"""

from __future__ import annotations

import html
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from costlaw.exceptions import MissingExtra, OptionError, OutputError

SUFFIXES = (".svg", ".png", ".html")
_PIXEL_FONT = "DejaVu Sans, Liberation Sans, sans-serif"
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 8px; background: {ground}; }}
.picture svg {{ max-width: 100%; height: auto; }}
</style>
</head>
<body>
<div class="picture" id="picture">{still}</div>
<script>{bundle}</script>
<script>
const specs = {specs};
const place = document.getElementById("picture");
let drawn = null;
function draw() {{
  const fits = specs.filter((spec) => spec.usermeta.width <= window.innerWidth - 16);
  const spec = fits.length ? fits[fits.length - 1] : specs[0];
  if (spec === drawn) return;
  drawn = spec;
  vegaEmbed(place, spec, {{ renderer: "svg", actions: false }});
}}
draw();
window.addEventListener("resize", draw);
</script>
</body>
</html>
"""


def check_figure_path(path: str | Path) -> Path:
    """Return the path if a picture could be written there, before any work is done.

    Raises
    ------
    OptionError
        If the suffix is not .svg, .png or .html.
    OutputError
        If the folder does not exist or cannot be written to.
    MissingExtra
        If vl-convert is not installed.

    Examples
    --------
    >>> check_figure_path("picture.svg").name
    'picture.svg'
    """
    target = Path(path)
    if target.suffix.casefold() not in SUFFIXES:
        raise OptionError(
            f'figure "{path}": suffix "{target.suffix}" is unknown; expected {", ".join(SUFFIXES)}.'
        )
    check_place(target, "figure")
    _converter()
    return target


def check_place(target: Path, what: str) -> None:
    """Refuse a place where a file cannot be written.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written to.
    """
    folder = target.parent
    if not folder.is_dir():
        raise OutputError(f'{what} "{target}": folder "{folder}" does not exist. Create it first.')
    if target.is_dir() or not os.access(folder, os.W_OK):
        raise OutputError(f'{what} "{target}": cannot be written there. Choose another place.')


def save_figure(
    spec: dict[str, Any], path: str | Path, *, narrow: dict[str, Any] | None = None
) -> Path:
    """Write a picture as SVG, PNG (twice the pixels) or one offline HTML page.

    Parameters
    ----------
    spec : dict
        Vega-Lite specification.
    path : str or Path
        Where to; the suffix says the format.
    narrow : dict, optional
        The same picture for narrow screens; the HTML page shows whichever fits.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    OptionError, OutputError, MissingExtra
        See :func:`check_figure_path`; OutputError also if writing fails half-way.
    """
    target = check_figure_path(path)
    write_whole(target, figure_bytes(spec, target.suffix.casefold(), narrow=narrow))
    return target


def figure_bytes(
    spec: dict[str, Any], suffix: str, *, narrow: dict[str, Any] | None = None
) -> bytes:
    """Return a picture as the content of a file: .svg, .png (twice the pixels) or .html.

    Parameters
    ----------
    spec, narrow : dict
        As :func:`save_figure` takes them.
    suffix : str
        One of ``SUFFIXES``.

    Raises
    ------
    MissingExtra
        If vl-convert is not installed.
    """
    if suffix == ".svg":
        return svg_text(spec).encode()
    if suffix == ".png":
        return bytes(_converter().vegalite_to_png(picture_for_pixels(spec), scale=2.0))
    return _page([picture for picture in (narrow, spec) if picture]).encode()


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtra("figures", "writing a picture") from error
    return vl_convert


def svg_text(spec: dict[str, Any]) -> str:
    """Return a picture as SVG text, the same for the same picture.

    The renderer numbers what it clips on from the picture before; here the numbers begin anew.

    Raises
    ------
    MissingExtra
        If vl-convert is not installed.
    """
    text: str = _converter().vegalite_to_svg(spec)
    names = dict.fromkeys(re.findall(r'id="(clip\d+)"', text))
    anew = {name: f"clip{number}" for number, name in enumerate(names, start=1)}
    return re.sub(r"\bclip\d+\b", lambda found: anew.get(found[0], found[0]), text)


def javascript_bundle() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, safe inside a page.

    Raises
    ------
    MissingExtra
        If vl-convert is not installed.
    """
    text: str = _converter().javascript_bundle()
    return text.replace("</script", "<\\/script")


def picture_for_pixels(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the picture with texts that this machine's fonts can draw.

    The bundled font has no raised digits beyond ³; a machine without DejaVu or the like would drop
    them and print 10² for 10²⁵. There they become 10^25.
    """
    drawable = json.loads(json.dumps(spec))
    drawable["config"]["font"] = _PIXEL_FONT
    if _draws_raised_digits():
        return dict(drawable)
    text = json.dumps(drawable, ensure_ascii=False).replace("CO₂e", "CO2e")
    raised = re.sub("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"10^{m[1].translate(_LOWERED)}", text)
    return dict(json.loads(raised))


def _draws_raised_digits() -> bool:
    """Return whether two raised digits come out as two different pictures."""
    still = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">'
        '<text x="4" y="18" font-size="16" font-family="{font}">{digit}</text></svg>'
    )
    pictures = {
        bytes(_converter().svg_to_png(still.format(font=_PIXEL_FONT, digit=digit)))
        for digit in "⁴⁵ "
    }
    return len(pictures) == 3


def _page(specs: list[dict[str, Any]]) -> str:
    """Return the page: a still picture for readers without scripts, and the live ones."""
    widest = specs[-1]
    return _PAGE.format(
        policy=_POLICY,
        title=html.escape(" ".join(widest["title"]["text"])),
        ground=widest["config"]["background"],
        still=svg_text(widest),
        bundle=javascript_bundle(),
        specs=json.dumps(specs, ensure_ascii=False, allow_nan=False).replace("</", "<\\/"),
    )


def write_whole(target: Path, content: bytes) -> None:
    """Write beside the target, then rename; leave nothing behind on failure.

    Raises
    ------
    OutputError
        If the place cannot be written to, or writing fails half-way.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise OutputError(f'figure "{target}": {error.strerror}. Choose another place.') from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(target)
    except OSError as error:
        raise OutputError(f'figure "{target}": {error.strerror}. Choose another place.') from error
    finally:
        Path(name).unlink(missing_ok=True)
