"""Serving: the application on a port of this machine until it is told to stop.

One idea: loopback unless told otherwise, and never open to others without a token. The chart
library is made in the background if it is not there yet, so that the first page need not wait.
"""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from costlaw.exceptions import OptionError, OutputError
from costlaw.web.guards import LOOPBACK, Guard, host_name


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the page is served.

    Parameters
    ----------
    host, port : str, int
        Interface and port; port 0 takes a free one.
    token : str
        Secret that every request must carry; empty for none on loopback.
    names : tuple of str
        More names that the server answers to.
    offered : tuple of str
        Files and stores that "Your runs" offers.
    """

    host: str = "127.0.0.1"
    port: int = 8642
    token: str = ""
    names: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return host_name(self.host) in LOOPBACK or self.host == "::1"


def serve(place: Place, said: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    place : Place
        Where.
    said : callable
        Is handed the address once the port is taken.

    Raises
    ------
    OptionError
        If the interface does not exist, or others would reach it by no stated name.
    OutputError
        If the port is taken.
    """
    import uvicorn

    from costlaw.web.application import create_app

    token = place.token or ("" if place.is_loopback else secrets.token_urlsafe(24))
    listening = _listen(place)
    port = listening.getsockname()[1]
    hosts = LOOPBACK | {host_name(name) for name in (place.host, *place.names)}
    app = create_app(Guard(hosts=hosts, token=token), offered=place.offered)
    _prepare_bundle()
    shown = f"[{place.host}]" if ":" in place.host else place.host
    said(f"http://{shown}:{port}/" + (f"?token={token}" if token else ""))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", server_header=False,
        timeout_keep_alive=15, limit_concurrency=512, h11_max_incomplete_event_size=65536,
    )  # fmt: skip
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()


def _listen(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((place.host, place.port))
    except socket.gaierror as error:
        listening.close()
        raise OptionError(
            f'host "{place.host}": no such interface; expected an address.'
        ) from error
    except OverflowError as error:
        listening.close()
        raise OptionError(f"port = {place.port}: expected 0 to 65535.") from error
    except OSError as error:
        listening.close()
        raise OutputError(
            f"port {place.port} of {place.host}: {error.strerror}. Choose another with --port, or "
            "--port 0 for a free one."
        ) from error
    return listening


def _prepare_bundle() -> None:
    from costlaw.web.bundle import bundle, is_ready

    if not is_ready():
        threading.Thread(target=bundle, daemon=True, name="chart-library").start()
