"""Who may see the page: whoever was given its address, in a browser that asks for nobody else.

Anything on this machine can reach the port, and any web page can have a browser call it. So
each request has to name this server as its host (or another name would be made to lead here),
show the cookie that the printed address was exchanged for, and, to change something, come from
a page of this server.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from html import escape
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HTTP_PORT = 80
COOKIE = "tom_web"
TOKEN = "token"  # noqa: S105 - the parameter's name
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRANGER = (
    "This is tom's page, and this browser has no access.\n"
    "Open the whole address that `tom web` printed. It works while that `tom web` runs.\n"
)
FOREIGN = "This did not come from tom's page, so nothing was changed: reload the page.\n"
MISNAMED = "tom's page is only at http://{}: open it there.\n"


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Keys:
    """What lets a browser in, made anew for each server.

    ``token`` is in the printed address and buys ``cookie``; ``form`` is in each form. ``place``
    is where the pages are: browsers send a cookie to every port of a host, but not to other
    paths, so no other server on this machine is shown it.
    """

    token: str = field(default_factory=_secret, repr=False)
    cookie: str = field(default_factory=_secret, repr=False)
    form: str = field(default_factory=_secret, repr=False)
    place: str = field(default_factory=lambda: f"/{secrets.token_hex(6)}")


class Guard:
    """Lets through what the person's own browser asks, and puts headers on every answer."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app = app
        self._keys = keys
        # Browsers leave the usual port out.
        at = "" if port == HTTP_PORT else f":{port}"
        self._hosts = (f"127.0.0.1{at}", f"localhost{at}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._answer(scope, Headers(scope=scope)) or self._app
        await answer(scope, receive, with_headers)

    def _answer(self, scope: Scope, headers: Headers) -> Response | None:
        """What to answer in the place of the page; None where it may be seen."""
        if headers.get("host") not in self._hosts:
            return PlainTextResponse(MISNAMED.format(self._hosts[0]), 403)
        path: str = scope["path"]
        if not path.startswith(f"{self._keys.place}/"):
            return PlainTextResponse(STRANGER, 403)
        asked = parse_qsl(scope["query_string"].decode("latin-1"))
        if scope["method"] == "GET" and (given := dict(asked).get(TOKEN)) is not None:
            return self._let_in(headers, path, given, [each for each in asked if each[0] != TOKEN])
        if not same(_cookie(headers), self._keys.cookie):
            return PlainTextResponse(STRANGER, 403)
        if scope["method"] not in ("GET", "HEAD") and not self._is_own(headers):
            return PlainTextResponse(FOREIGN, 403)
        return None

    def _let_in(
        self, headers: Headers, path: str, given: str, rest: list[tuple[str, str]]
    ) -> Response:
        """Takes the token out of the address bar and gives the cookie for it."""
        if not same(given, self._keys.token):
            return PlainTextResponse(STRANGER, 403)
        onward = f"{path}?{urlencode(rest)}" if rest else path
        if headers.get("sec-fetch-site", "none") == "none":
            answer: Response = RedirectResponse(onward, 303)
        else:
            # Another page led here, and a browser shows no strict cookie on a way that began
            # elsewhere: it has to begin anew, from a page of this server.
            answer = HTMLResponse(led_on(onward))
        answer.set_cookie(
            COOKIE,
            self._keys.cookie,
            path=f"{self._keys.place}/",
            httponly=True,
            samesite="strict",
        )
        return answer

    def _is_own(self, headers: Headers) -> bool:
        """Whether a page of this server sent it.

        Under no-referrer a browser names "null" as the origin, so it is the browser's own word
        on where the page is from that counts; only one that gives none is asked for the origin.
        """
        origin = headers.get("origin", "null")
        if origin not in ("null", f"http://{headers['host']}"):
            return False
        return headers.get("sec-fetch-site", "" if origin == "null" else "same-origin") == (
            "same-origin"
        )


def led_on(address: str) -> str:
    """A page that leads on to an address at once."""
    where = escape(address)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>tom</title>'
        f'<meta http-equiv="refresh" content="0; url={where}"><a href="{where}">Open tom</a>'
    )


def same(given: str, right: str) -> bool:
    """Whether two secrets are one, at a speed that tells nothing."""
    return hmac.compare_digest(given.encode(), right.encode())


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
