"""What is taken out of text, and what stays."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.redact import Redactor

# Put together here, so that no scanner takes this file for a leak.
BODY = "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX3yZ5"
DASHES = "-----"
PEM = (
    f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}\n"
    "MIIEpAIBAAKCAQEA7bq1Yx0d9Zk3mN5pQ8rT\nabcd1234abcd1234abcd1234\n"
    f"{DASHES}END RSA PRIVATE KEY{DASHES}"
)
SECRETS = [
    ("aws-key", "AKIA" + "IOSFODNN7ABCDEFG"),
    ("anthropic-key", "sk-ant-" + "api03-" + BODY),
    ("openai-key", "sk-proj-" + BODY),
    ("github-token", "ghp_" + BODY),
    ("github-token", "github_pat_" + BODY),
    ("gitlab-token", "glpat-" + "aB3dE5gH7iJ9kL1mN3oP"),
    ("huggingface-token", "hf_" + BODY),
    ("google-key", "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"),
    ("slack-token", "xoxb-" + "123456789012-abcdefghijkl"),
    ("stripe-key", "sk_live_" + "aB3dE5gH7iJ9kL1mN3oP5qR7"),
    ("npm-token", "npm_" + BODY),
    ("openai-key", "sk-" + "qwertzuiopasdfghjklyxcvbnmqwertzuiopasdfghjklyxc"),
    ("openai-key", "sk-let-" + "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1"),
    ("mem0-key", "m0-" + "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX3yZ5"),
    ("hindsight-key", "hsk-" + "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX3yZ5"),
    ("retaindb-key", "retaindb_" + "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX"),
    ("byterover-key", "brv_" + "aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX"),
    ("telegram-token", "1234567890" + ":AAaB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX3"),
    (
        "discord-token",
        "MTaB3dE5gH7iJ9kL1mN3oP5q" + ".GaB3dE.aB3dE5gH7iJ9kL1mN3oP5qR7sT9uV1wX3yZ5aB",
    ),
    ("elevenlabs-key", "sk_" + "0123456789abcdef" * 3),
    ("vercel-token", "vcp_" + "aB3dE5gH7iJ9kL1mN3oP5qR7"),
    ("private-key", PEM),
]
ASSIGNED = [
    ('password = "hunter2x"', "hunter2x"),
    ("PASSWORD=hunter2abc", "hunter2abc"),
    ('{"password": "s3cr3t!"}', "s3cr3t!"),
    ("my password is hunter42", "hunter42"),
    ("mysql --password hunter2x1", "hunter2x1"),
    ('secret_key = "8f3b2c1d9e7a6f5b4c3d2e1f"', "8f3b2c1d9e7a6f5b4c3d2e1f"),
    ("DD_APP_KEY=1a2b3c4d5e6f7a8b9c0d1e2f", "1a2b3c4d5e6f7a8b9c0d1e2f"),
    ("postgres://me:p@ss!1@db.host/app", "p@ss!1"),
    ("git clone https://me:tok123abc@example.org/a.git", "tok123abc"),
    ("Authorization: Bearer abcdef1234567890abcdef", "abcdef1234567890abcdef"),
    ("curl -u admin:hunter22 https://example.org", "hunter22"),
]
INNOCENT = [
    "the password field, the token count and some secret sauce",
    "is the password required, and is the token optional?",
    'password=os.environ["DB_PASSWORD"]',
    "token = tokenizer.encode(x1)",
    "pwd: /home/me/src/app2",
    '"api_key": "${API_KEY}"',
    'input type="password" name="password1"',
    "export GH_TOKEN=github_pat_xxxxxxxxxxxxxxxxxxxxxxxx",
    "commit 5c1f0e8d7b6a59483726150e4d3c2b1a09f8e7d6",
    "session 550e8400-e29b-41d4-a716-446655440000 token: 550e8400-e29b-41d4-a716-446655440000",
    "max_tokens: 4096, token_count=12345678901234567890",
    "--- PASS: TestNewCheckpointID/valid_12_hex_chars (0.00s)",
    f"it looks for {DASHES}BEGIN RSA PRIVATE KEY{DASHES} in the file",
    "see https://github.com/owner/name.git@v1.2.3 and git@github.com:owner/name.git",
    "use sk-learn-intelex and the sk-something-of-ours branch, not pk-abc",
    "at 1234567890:AA and M.N.O, see Main.module.function_with_a_very_long_name_of_its_own",
    "bearer authentication-middleware is not used",
    "the sha256 is e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
]


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    """One for all tests: it holds patterns only."""
    return Redactor()


@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_a_providers_key_is_replaced_by_its_kind(
    redactor: Redactor, kind: str, secret: str
) -> None:
    """A key is gone, its kind is named, and the words around it stay."""
    text, count = redactor.redact(f"use this:\n{secret}\nthanks")
    assert text == f"use this:\n[redacted:{kind}]\nthanks"
    assert count == 1


@pytest.mark.parametrize(("text", "secret"), ASSIGNED)
def test_a_literal_given_to_a_name_is_taken_out(redactor: Redactor, text: str, secret: str) -> None:
    """The value goes, the name stays, in code, shell, JSON, addresses and prose."""
    redacted, count = redactor.redact(text)
    assert secret not in redacted
    assert count == 1
    assert redacted.split("[redacted:")[0] == text.split(secret, maxsplit=1)[0]


@pytest.mark.parametrize("text", INNOCENT)
def test_prose_code_and_hashes_stay(redactor: Redactor, text: str) -> None:
    """Words about secrets, code that reads them, ids and hashes are left as they are."""
    assert redactor.redact(text) == (text, 0)


def test_a_key_without_its_end_goes_to_where_it_is_cut(redactor: Redactor) -> None:
    """Half a private key is as secret as a whole one."""
    text, _ = redactor.redact("key:\n" + PEM[:70])
    assert "MIIE" not in text


def test_addresses_go_only_when_asked() -> None:
    """E-mail addresses are kept unless asked otherwise; git remotes are none."""
    text = "ask me@example.org about git@github.com:owner/name.git"
    assert Redactor().redact(text) == (text, 0)
    assert Redactor(emails=True).redact(text) == (
        "ask [redacted:email] about git@github.com:owner/name.git",
        1,
    )


PIECES = st.sampled_from(
    [secret for _, secret in SECRETS]
    + [text for text, _ in ASSIGNED]
    + ["[redacted:secret]", "[redacted:", "password=", "token: ", "Bearer ", "://a:", "@", '"']
    + [" ", "\n", "=", "-", "key=", "aws_secret_key = '", "eyJhbGciOiJIUzI1NiJ9."]
)


@given(st.lists(PIECES | st.text(max_size=30), max_size=12).map("".join))
def test_redacting_again_changes_nothing(text: str) -> None:
    """Redacted text holds nothing more to redact."""
    once, _ = SHARED.redact(text)
    assert SHARED.redact(once) == (once, 0)


SHARED = Redactor()


def test_importing_tom_swe_ingest_loads_no_detector() -> None:
    """detect-secrets and its requests are loaded by the first redactor, not by the import."""
    code = "import sys, tom_swe.ingest; print([m for m in sys.modules if 'detect_secrets' in m])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
