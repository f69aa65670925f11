"""The plugins of an OpenHands agent server, over its REST interface.

A server copies a plugin from a path on its own machine and runs the hooks there, so both it
and tom are on one machine, or share the folder under one path.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, cast, override
from urllib.parse import urlsplit

from tom_swe.errors import TomError, UsageError
from tom_swe.hosts.install.content import PLUGIN
from tom_swe.hosts.install.sdk import FOLDER

type Table = dict[str, object]

KEY_HEADER = "X-Session-API-Key"
TIMEOUT_SECONDS = 60
LONGEST = 300


class Refused(TomError):
    """An answer of the server other than the one asked for: its status and its words."""

    def __init__(self, message: str, status: int, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirection, which would take the key to another server."""

    @override
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:
        return None


class AgentServer:
    """A running agent server. Raises TomError where it does not answer or refuses."""

    def __init__(self, url: str, key: str = "") -> None:
        try:
            is_url = urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname
        except ValueError:
            is_url = None
        if not is_url:
            raise UsageError(
                f"{url!r} is not a server address: give one such as http://127.0.0.1:8000"
            )
        self.url = url.rstrip("/")
        self._key = key
        # The server is on this machine, so that a proxy is never on the way to it.
        direct = urllib.request.ProxyHandler({})
        self._open = urllib.request.build_opener(direct, _StayHere).open

    def install(self, folder: Path) -> str:
        """Has the server install the plugin in a folder; where it is then.

        Another plugin that has its name is left as it is.
        """
        self._ours()
        try:
            told = self._call("POST", "/install", {"source": str(folder), "force": True})
        except Refused as error:
            if error.status != http.client.BAD_REQUEST:
                raise
            raise TomError(
                f"the agent server at {self.url} cannot find {folder}: it is on another "
                "machine, so install tom there and run this command there"
            ) from error
        return _shown(told.get("install_path", ""))

    def uninstall(self) -> bool:
        """Has the server remove the plugin; False if it was not there."""
        if not self._ours():
            return False
        self._call("DELETE", f"/installed/{PLUGIN}")
        return True

    def _ours(self) -> bool:
        """Whether our plugin is installed there. Raises TomError for another of its name."""
        try:
            told = self._call("GET", f"/installed/{PLUGIN}")
        except Refused as error:
            # A server without plugins has other words for what it does not find.
            if error.status == http.client.NOT_FOUND and PLUGIN in error.said:
                return False
            raise
        source = _shown(told.get("source", ""))
        if Path(source).name != FOLDER:
            raise TomError(
                f"the agent server at {self.url} has another plugin called {PLUGIN!r}, from "
                f"{source}; tom leaves it alone: uninstall that one first"
            )
        return True

    def _call(self, method: str, path: str, body: Table | None = None) -> Table:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            f"{self.url}/api/plugins{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        if self._key:
            request.add_unredirected_header(KEY_HEADER, self._key)
        try:
            with self._open(request, timeout=TIMEOUT_SECONDS) as response:
                told: object = json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise self._refused(error) from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or error
            raise TomError(
                f"no agent server answers at {self.url}: {why}; start it, or check --server"
            ) from error
        except ValueError as error:
            raise TomError(f"{self.url} is not an agent server: check --server") from error
        return cast("Table", told) if isinstance(told, dict) else {}

    def _refused(self, error: urllib.error.HTTPError) -> Refused:
        with error:
            said = _detail(error.read())
        if error.code in {http.client.UNAUTHORIZED, http.client.FORBIDDEN}:
            key = "another key" if self._key else "a key"
            why = f"needs {key}: use --api-key-env to name the environment variable with it"
        elif error.code == http.client.NOT_FOUND and PLUGIN not in said:
            why = "does not support plugins: it is another program, or older than 1.34"
        else:
            why = f"refused ({error.code}): {said}"
        return Refused(f"the agent server at {self.url} {why}", error.code, said)


def _detail(data: bytes) -> str:
    """What FastAPI says of an error."""
    try:
        told: object = json.loads(data)
    except ValueError:
        told = data.decode(errors="replace")
    if isinstance(told, dict):
        table = cast("Table", told)
        told = table.get("detail", table)
    return _shown(told)


def _shown(said: object) -> str:
    """What a server said, as one line of bounded length that no terminal obeys."""
    line = " ".join(str(said).split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST]
