"""Guards: who may ask, and what a page may do in the browser.

One idea: every request passes here before anything else sees it. The Host must be one this server
answers to (against DNS rebinding), an Origin must be the server's own (against other pages in the
same browser), a token is asked for where one was set, bodies are bounded, and every answer carries
a policy under which a page loads and runs nothing but what this server sends.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
COOKIE = "costlaw-token"
MOST_BODY = 6_000_000


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What the guards ask for.

    Parameters
    ----------
    hosts : frozenset of str
        Names that this server answers to, without port.
    token : str
        Secret that every request must carry; empty for none.
    """

    hosts: frozenset[str] = LOOPBACK
    token: str = ""

    def around(self, app: App) -> App:
        """Return the application behind this guard."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            headers = {name.decode("latin-1"): value.decode("latin-1")
                       for name, value in scope["headers"]}  # fmt: skip
            refused = self._refused(scope, headers)
            if refused:
                await _answer(send, *refused)
            elif self.token and "token" in dict(parse_qsl(_query(scope))):
                await self._let_in(scope, send)
            elif self.token and not self._knows(headers):
                await _answer(send, 401, "a token is asked for: open the address that costlaw "
                              "serve printed, or send Authorization: Bearer TOKEN.")  # fmt: skip
            else:
                await app(scope, receive, _with_headers(send))

        return guarded

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if host_name(host) not in self.hosts:
            return 421, f'host "{host[:60]}" is not this server; open the address it printed.'
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "the request comes from another page; expected this server's own."
        other = headers.get("sec-fetch-site") in {"cross-site", "same-site"}
        if other and not _is_visit(scope, headers):
            return 403, "the request comes from another page; expected this server's own."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return 413, f"the request holds {length[:20]} bytes; expected at most {MOST_BODY:,}."
        if scope["method"] == "POST" and "content-length" not in headers:
            return 411, "the request does not say its length; expected a content-length."
        return None

    def _knows(self, headers: dict[str, str]) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and _same(given.strip(), self.token):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and _same(cookie.value, self.token)

    async def _let_in(self, scope: Scope, send: Send) -> None:
        """Turn the token of an address into a cookie, and take it out of the address."""
        pairs = parse_qsl(_query(scope))
        if not _same(dict(pairs)["token"], self.token):
            await _answer(send, 401, "the token in this address is not this server's.")
            return
        left = urlencode([(name, value) for name, value in pairs if name != "token"])
        path = "/" + scope["path"].lstrip("/")  # never "//host"
        place = f"{path}?{left}" if left else path
        kept = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        more = {"location": place.encode("ascii", "ignore").decode(), "set-cookie": kept}
        await _answer(send, 303, "", more=more)


def host_name(host: str) -> str:
    """Return a Host header without its port.

    Examples
    --------
    >>> host_name("127.0.0.1:8765"), host_name("[::1]:8765"), host_name("evil.example")
    ('127.0.0.1', '[::1]', 'evil.example')
    """
    if host.startswith("["):
        return host.partition("]")[0].casefold() + "]"
    return host.partition(":")[0].casefold()


def _is_visit(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether a person followed a link to a page: allowed from anywhere."""
    visit = headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
    return visit and headers.get("sec-fetch-dest", "document") == "document"


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _query(scope: Scope) -> str:
    query: bytes = scope.get("query_string", b"")
    return query.decode("latin-1")


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            there = {name for name, _ in message.get("headers", [])}
            more = [(name.encode(), value.encode()) for name, value in HEADERS.items()
                    if name.encode() not in there]  # fmt: skip
            message = {**message, "headers": [*message.get("headers", []), *more]}
        await send(message)

    return sending


async def _answer(
    send: Send, status: int, message: str, *, more: dict[str, str] | None = None
) -> None:
    record = {"schema": "costlaw.refusal/1",
              "error": {"message": message, "kind": "Guard", "field": None}}  # fmt: skip
    body = json.dumps(record).encode() if message else b""
    headers = {**HEADERS, "content-type": "application/json", "content-length": str(len(body)),
               "connection": "close", **(more or {})}  # fmt: skip
    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})
