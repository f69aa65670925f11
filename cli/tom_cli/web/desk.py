"""What every page needs: the memory for a moment, its template, and where the pages are."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tom_cli.common import talk
from tom_cli.web.guard import FOREIGN, Keys, same
from tom_cli.web.templating import environment
from tom_swe.app import open_tom
from tom_swe.errors import NotFound, UsageError
from tom_swe.settings import Settings

if TYPE_CHECKING:
    from tom_swe.hosts.install import Here
    from tom_swe.mind.tom import Tom

# Nobody looks at a page that hangs: a memory that another process holds is said to be held.
PATIENCE = 5.0
# A form holds a request at most, each sign of which may take nine bytes.
LONGEST_FORM = 65_536
LARGEST_ID = 2**63 - 1

# Of a list of beliefs that are decided on at once, each is a field.
MOST_FIELDS = 300


class Form(dict[str, str]):
    """The fields of a form: the last of each name, and by `all` each of them."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__({name: each[-1] for name, each in fields.items()})
        self._fields = fields

    def all(self, name: str) -> list[str]:
        """Every field of a name, in order."""
        return self._fields.get(name, [])

    def ids(self, name: str) -> list[int]:
        """Every field of a name that is an id, each once."""
        numbers = (whole(each, 0) for each in self.all(name))
        return list(dict.fromkeys(number for number in numbers if number))


class Desk:
    """Opens the memory for each request anew, so that nothing of it is held in between."""

    def __init__(self, settings: Settings, keys: Keys, here: Here) -> None:
        self.here = here
        patience = min(settings.busy_timeout_seconds, PATIENCE)
        self.settings = settings.model_copy(update={"busy_timeout_seconds": patience})
        self.user = settings.user
        self._keys = keys
        self._templates = environment(keys.place)
        self._said: set[str] = set()

    @contextlib.contextmanager
    def tom(self, settings: Settings | None = None) -> Generator[Tom]:
        """Tom on this person's memory, closed at the end."""
        tom = open_tom(settings or self.settings, say=self._say)
        try:
            yield tom
        finally:
            tom.close()

    def page(self, name: str, *, code: int = 200, **shown: object) -> Response:
        """A page made of a template."""
        template = self._templates.get_template(f"{name}.html.jinja")
        text = template.render(root=self._keys.place, form_key=self._keys.form, **shown)
        return HTMLResponse(text, code)

    def go(self, path: str, *, fragment: str = "", **asked: object) -> Response:
        """On to another page, after something was done."""
        query = urlencode({name: str(each) for name, each in asked.items() if each is not None})
        to = f"{self._keys.place}{path}{'?' * bool(query)}{query}{'#' * bool(fragment)}{fragment}"
        return RedirectResponse(to, 303)

    def doing(
        self, act: Callable[[Request, Form], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that does what a form of one of these pages asks for."""

        async def endpoint(request: Request) -> Response:
            form = await _form(request)
            if not same(form.get("form_key", ""), self._keys.form):
                raise HTTPException(403, FOREIGN)
            return await run_in_threadpool(act, request, form)

        return endpoint

    def _say(self, message: str) -> None:
        """Says each thing once, and not at each request."""
        if message not in self._said:
            self._said.add(message)
            talk(message)


async def _form(request: Request) -> Form:
    """The fields of a form. Raises UsageError."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise UsageError("that is too long: use fewer words")
    try:
        fields = parse_qs(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise UsageError("that form does not come from this page: go back and reload it") from None
    return Form(fields)


def id_in(request: Request, what: str) -> int:
    """The id in a page's address. Raises NotFound."""
    number = request.path_params["id"]
    if number > LARGEST_ID:
        raise NotFound(f"there is no {what} {number}")
    return number


def whole(given: str | None, default: int, most: int = LARGEST_ID) -> int:
    """A number in an address; the default where it is none."""
    if not given or not given.isascii() or not given.isdecimal() or len(given) > len(str(most)):
        return default
    return min(max(int(given), min(default, 1)), most)
