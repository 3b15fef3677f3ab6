"""``costlaw serve``: the page on this machine."""

from __future__ import annotations

import click

from costlaw.exceptions import MissingExtra


@click.command("serve", short_help="Open the page: forecasts, claims, data, your own runs.")
@click.argument("sources", nargs=-1, metavar="[FILE|STORE]...")
@click.option("--port", default=8642, show_default=True, help="Port; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="Interface; others reach it only with a token.")  # fmt: skip
@click.option("--token", default="", metavar="SECRET",
              help="Ask for a token, for a machine that others use too.")  # fmt: skip
@click.option("--name", "names", multiple=True, metavar="HOST",
              help="Answer to this host name too.")  # fmt: skip
def command(*, sources: tuple[str, ...], port: int, host: str, token: str,
            names: tuple[str, ...]) -> None:  # fmt: skip
    """Serve the page on this machine; files and stores named here are offered on "Your runs".

    \b
    costlaw serve
    costlaw serve runs.csv mlruns
    costlaw serve --port 0 --token "$(openssl rand -hex 16)"
    """
    try:
        from costlaw.web.serving import Place, serve
    except ImportError as error:
        raise MissingExtra("web", "serving the page") from error
    place = Place(host=host, port=port, token=token, names=names, offered=sources)
    try:
        serve(place, lambda address: click.echo(f"costlaw serves {address}"))
    except ModuleNotFoundError as error:
        raise MissingExtra("web", "serving the page") from error
