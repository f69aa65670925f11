"""A browser that was let in to the page, as the tests of the pages use it."""

import re
from pathlib import Path

from starlette.testclient import TestClient

from tom_cli.web.app import make_app
from tom_cli.web.guard import Keys
from tom_swe.hosts.install import Here
from tom_swe.settings import Settings

PORT = 8123
HOST = f"127.0.0.1:{PORT}"
OWN = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
SAID = (
    ("a", "acme/shop", "from now on use pnpm, not npm"),
    ("b", "acme/shop", "we always use pnpm here. add a chart of the sales to the page"),
    ("c", "acme/shop", "never commit to main"),
    ("d", "acme/shop", "never use emojis in commit messages"),
)


class Browser:
    """It asks for pages and sends forms as people do; ``here`` is the machine of the agents."""

    def __init__(self, settings: Settings, keys: Keys, here: Here | None = None) -> None:
        self.keys = keys
        app = make_app(settings, keys, PORT, here)
        self.client = TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False)
        assert self.client.get(f"{keys.place}/?token={keys.token}").status_code == 200

    def see(self, path: str, status: int = 200) -> str:
        """A page's text."""
        answer = self.client.get(self.keys.place + path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, status: int = 200, /, **fields: str | list[str]) -> str:
        """A form sent; the text of the page that it leads to."""
        fields = {"form_key": self.keys.form, **fields}
        answer = self.client.post(self.keys.place + path, data=fields, headers=OWN)
        assert answer.status_code == status, answer.text
        return answer.text

    def last_change(self, path: str) -> str:
        """The change that a page offers to take back."""
        return re.findall(r'name="change" value="(\d+)"', self.see(path))[0]


def home_of(person: Path) -> Here:
    """A machine with nothing on it but Claude Code's settings."""
    (person / ".claude").mkdir(parents=True)
    (person / ".claude" / "settings.json").write_text('{\n  "model": "opus"\n}\n')
    return Here({"PATH": "", "HOME": str(person), "TOM_HOME": str(person / "memory")}, person)
