"""The one setting a person keeps: the site where runs are paid for, where ``--site`` is not given.

Order: the option, the variable ``COSTLAW_SITE``, the file ``config.toml`` in the folder
``costlaw`` of ``$XDG_CONFIG_HOME`` (``~/.config``), ``today``. Only the command line looks here;
the Python functions take what they are given, so that a script gives the same numbers everywhere.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from costlaw.exceptions import OptionError, OutputError, UnknownName

VARIABLE = "COSTLAW_SITE"
BUILT_IN = "today"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The site and where its name came from."""

    site: str
    origin: str

    @property
    def is_chosen(self) -> bool:
        """Whether a person chose it."""
        return self.origin != "built in"


def config_path() -> Path:
    """Return where the configuration file is, whether or not it exists."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "costlaw" / "config.toml"


def site_setting() -> Setting:
    """Return the default site and its origin.

    Raises
    ------
    OptionError
        If the file cannot be read, or the site does not exist: the message says who named it.
    """
    name = os.environ.get(VARIABLE, "").strip()
    if name:
        return _known(Setting(site=name, origin=f"the variable {VARIABLE}"))
    path = config_path()
    named = _file(path).get("site")
    if named is None:
        return Setting(site=BUILT_IN, origin="built in")
    if not isinstance(named, str):
        raise OptionError(f'{path}: site = {named!r}; expected a name, such as site = "today".')
    return _known(Setting(site=named, origin=str(path)))


def default_site() -> str:
    """Return the name of the default site."""
    return site_setting().site


def write_site(name: str) -> Path:
    """Keep a site as the default; the file is replaced whole or not at all.

    Raises
    ------
    UnknownName
        If there is no such site.
    OutputError
        If the file cannot be written.
    """
    from costlaw.costs import preset

    preset(name)
    path = config_path()
    _file(path)  # a file that cannot be read is not overwritten
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(f'site = "{name}"\n', encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}).") from error
    return path


def _file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise OptionError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(
            f'{path}: not TOML ({error}); expected a line such as site = "today".'
        ) from error
    unknown = sorted(set(found) - {"site"})
    if unknown:
        raise OptionError(f'{path}: unknown setting "{unknown[0]}"; expected site.')
    return found


def _known(setting: Setting) -> Setting:
    from costlaw.costs import preset

    try:
        preset(setting.site)
    except UnknownName as error:
        raise OptionError(f"{setting.origin} names no site: {error}") from error
    return setting
