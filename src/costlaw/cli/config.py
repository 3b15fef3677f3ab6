"""``costlaw config``: show or keep the default site. No arithmetic here."""

from __future__ import annotations

import json

import click


@click.command("config", short_help="Show or keep the default site.")
@click.option("--site", default=None, metavar="PRESET", help="Keep this site as the default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (versioned schema).")
def command(site: str | None, as_json: bool) -> None:
    """Show the default site and where it comes from, or keep another.

    \b
    costlaw config
    costlaw config --site article-2021
    COSTLAW_SITE=authors-2022 costlaw forecast imagenet --error 5%
    """
    from costlaw.cli.configuration import VARIABLE, config_path, site_setting, write_site

    if site is not None:
        click.echo(f"{write_site(site)}: kept.", err=True)
    setting = site_setting()
    if as_json:
        record = {"schema": "costlaw.config/1", "site": setting.site, "origin": setting.origin,
                  "file": str(config_path())}  # fmt: skip
        click.echo(json.dumps(record, indent=2))
        return
    click.echo(f"site  {setting.site}  ({setting.origin})")
    click.echo(f"file  {config_path()}{'' if config_path().exists() else '  (not there)'}")
    click.echo(f"the variable {VARIABLE} goes before the file, --site before both", err=True)
