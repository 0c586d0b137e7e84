"""Keeps the page to itself: allowed hosts, own origin, no other host in its content, a password where one is set."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.settings import ConsoleSettings

USER: Final = "shop"
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Closed:
    """ASGI middleware around the whole page.

    Refuses a Host header that is not the page's own, which a rebound name would send.
    Refuses a request that changes anything and comes from another origin.
    Asks for the password, or the proxy's header, where the settings say so.
    """

    def __init__(self, app: ASGIApp, settings: ConsoleSettings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = _LOOPBACK_HOSTS if settings.on_loopback else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts is not None and _name_of(host) not in self._hosts:
            return PlainTextResponse("This page answers to its own address only.", 403)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return PlainTextResponse("Another page may not use this one.", 403)
        if (
            origin is None
            and scope.get("method", "GET") not in _SAFE_METHODS
            and headers.get("sec-fetch-site") == "cross-site"
        ):
            return PlainTextResponse("Another page may not use this one.", 403)
        return None if self._known(headers) else _login()

    def _known(self, headers: Headers) -> bool:
        if self._settings.user_header is not None and not headers.get(self._settings.user_header):
            return False
        if self._settings.password is None:
            return True
        expected = f"{USER}:{self._settings.password.get_secret_value()}"
        return hmac.compare_digest(_credentials(headers.get("authorization", "")), expected.encode())


def _name_of(host: str) -> str:
    """Return a Host header without its port."""
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _credentials(header: str) -> bytes:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return b""


def _login() -> PlainTextResponse:
    return PlainTextResponse("Sign in.", 401, {"www-authenticate": 'Basic realm="console", charset="UTF-8"'})
