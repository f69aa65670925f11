"""Pasted consoles, tables, errors and logs, told by what their lines look like, in any script."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.text.host_tags import separate
from tom_swe.text.line_kinds import Line, kind_of
from tom_swe.text.prose import own_words

POWER_SHELL = (
    "PS C:\\src\\shop> nmp run dev\n"
    "nmp : {said}\n"
    "{place}\n"
    "+ nmp run dev\n"
    "+ ~~~\n"
    "    + CategoryInfo          : ObjectNotFound: (nmp:String) [], CommandNotFoundException\n"
    "    + FullyQualifiedErrorId : CommandNotFoundException"
)
PASTES = {
    "a browser's frames": (
        "Uncaught TypeError: x is null\nload @ shop.js:12\n(anonymous) @ shop.js?v=1a2b:40\n"
        "await in load\n(anonymous) @ main.js:3"
    ),
    "a browser's messages": "shop.js:12  cart is empty\nmain.js?v=3:40 Loading the user failed",
    "PowerShell in English": POWER_SHELL.format(
        said="The term 'nmp' is not recognized as the name of a cmdlet, function, script\n"
        "file, or operable program.",
        place="At line:1 char:1",
    ),
    "PowerShell in German": POWER_SHELL.format(
        said='Die Benennung "nmp" wurde nicht als Name eines Cmdlet erkannt.\n'
        "Überprüfen Sie die Schreibweise des Namens und wiederholen Sie den Vorgang.",
        place="In Zeile:1 Zeichen:1",
    ),
    "PowerShell in Japanese": POWER_SHELL.format(
        said="用語 'nmp' は、コマンドレットの名前として認識されません。",
        place="発生場所 行:1 文字:1",
    ),
    "PowerShell in French, without its prompt": POWER_SHELL.format(
        said="Le terme «nmp» n'est pas reconnu comme nom d'applet de commande.",
        place="Au caractère Ligne:1 : 1",
    ).partition("\n")[2],
    "a folder of Windows": (
        "Mode                 LastWriteTime         Length Name\n"
        "----                 -------------         ------ ----\n"
        "d-----        02.11.2026     10:53                assets\n"
        "-a----        02.11.2026     13:55             68 shop.png"
    ),
    "a table with tabs": "name\trole\tsince\nAda\tlead developer\tMay\nBob\ttester\tJune",
    "a watcher": "[nodemon] 3.1.10\n[nodemon] app crashed - waiting for file changes",
    "a build of an image": (
        "#10 4.237 Collecting the packages\n#10 5.011 Installing build dependencies\n#10 9.870 done"
    ),
    "frames of PHP": (
        "#0 /srv/shop/cart.php(31): Shop->load()\n#1 /srv/shop/main.php(4): Cart->open()\n"
        "#2 {main}\n  thrown in /srv/shop/cart.php on line 31"
    ),
    "frames of Go": (
        "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\n"
        "main.load(...)\n\t/srv/shop/main.go:12 +0x1d"
    ),
    "frames of Rust": (
        "thread 'main' panicked at src/main.rs:12:5:\nindex out of bounds\n"
        "   0: rust_begin_unwind\n             at /rustc/9fc6b/library/std/src/panicking.rs:665:5"
    ),
    "frames of Ruby": (
        "app/models/cart.rb:12:in 'Cart#load'\napp/models/shop.rb:4:in 'Shop#open'\n"
        "bin/shop:3:in '<main>'"
    ),
    "containers": (
        "CONTAINER ID   IMAGE          STATUS\n1da1c2b10a30   shop:latest    Up 4 hours\n"
        "309b52960037   postgres:17    Up 4 hours"
    ),
}
ASKED = ("what is wrong here?", "これは何が問題ですか、教えてください", "这里有什么问题，请看一下")


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("paste", PASTES.values(), ids=PASTES)
def test_a_paste_goes_and_what_is_asked_about_it_stays(paste: str, asked: str) -> None:
    """In whatever language the person asks, and a program answers."""
    parts = separate(f"{asked}\n\n{paste}\n\n{asked}")
    assert parts.words == f"{asked}\n\n{asked}"
    assert paste.rsplit("\n", maxsplit=1)[-1].strip() in parts.attachment


SAID = [
    "请把 load(path) 改成 async，不要用回调；",
    "この関数を消して、テストも直してください {",
    "以后都用 pnpm，不要用 npm\n提交前先跑测试 = 必须",
    "● first this\n● then that\n● and no tests",
    "PS C:\\src\\shop> how do I find out which branch this folder is on",
    "look at these:\nhttps://example.org/a/1\nhttps://example.org/b/2\nhttps://example.org/c/3",
    "src/a.py\nsrc/b.py\nsrc/c.py",
    "1.1. As a buyer,\n1.2. I want to pay,\n1.3. so that I get it.",
    "**Hosting**: shared (PHP)\n**Framework**: Laravel 11\n**Domain**: example.org",
    "use /v1/carts (GET, POST), /v1/users and /v1/items\nand never /v2/*",
    "fix the cart in src/a.py:12 src/b.py:40 (x) [y]",
]


@pytest.mark.parametrize("text", SAID)
def test_what_only_looks_a_little_like_output_stays(text: str) -> None:
    """Lists, addresses, names of files and sentences in any script are the person's."""
    assert separate(text) == (text, "")


def test_a_bullet_is_the_agents_where_its_screen_is_copied() -> None:
    """With other marks of a console in the text, the same bullet marks what the agent did."""
    parts = separate("why?\n● Read(cart.py)\n  ⎿  Read 12 lines\n\nsay it")
    assert parts.words == "why?\n\nsay it"


def test_a_question_that_runs_into_its_table_stays() -> None:
    """The words before the first tab of a line decide."""
    text = "why do the rows below have no names any more\t1\t2"
    assert separate(text).words == text


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("the cart is empty again", Line.PROSE),
        ("购物车又空了，请检查一下", Line.PROSE),
        ("ตะกร้าว่างอีกแล้ว", Line.PROSE),
        ("कार्ट फिर से खाली है", Line.PROSE),
        ("x = load(path)", Line.CODE),
        ("// 购物车是空的，所以先加载", Line.CODE),
        ("#10 4.237 added packages", Line.SIGNS),
        ("64 bytes from 10.0.0.1: icmp_seq=1 ttl=64", Line.SIGNS),
        ("cart.js:12 Uncaught", Line.OUTPUT),
        ("    and on", Line.INDENTED),
        ("  ", Line.BLANK),
    ],
)
def test_kinds_of_lines(line: str, kind: Line) -> None:
    """One line alone, by its words, its signs and what it begins with."""
    assert kind_of(line) is kind


# No tags and brackets, prompts and fences: they part lines.
LINES = st.sampled_from([
    *SAID,
    *(paste for name, paste in PASTES.items() if "PowerShell" not in name),
    "",
    "so?",
]) | st.text("ab1:.\t =()●é字 ", max_size=30)  # fmt: skip


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_the_words_are_lines_of_the_message_in_order(text: str) -> None:
    """No line is changed, added or moved."""
    rest = iter(line.strip() for line in text.split("\n") if line.strip())
    kept = [line.strip() for line in separate(text).words.split("\n") if line.strip()]
    assert all(line in rest for line in kept)


BENT = (
    *(" ", "\t", "\n", "a\t", "a  b  ", "字", "字 ", '"字', "'字", "● ", "(a", "a @ ", "PS C:\\a"),
    *("+ ~\n", "At line:1 char:1\n+ a\n+ ~\n", "a : \n", "a:1 ", "#1 2.3 a\n", "C:\\", "|", "⎿"),
    *("<a@b.c> 2026:\n", "a: <a@b.c>\n", "「", ".:", "1.1.", "a.b?", "** ", "\u0e33", "{/*\n"),
)


@pytest.mark.parametrize("piece", BENT)
def test_a_bent_message_takes_no_longer_than_any(piece: str) -> None:
    """256 kB of one piece again and again are parted within some second."""
    text = (piece * (256_000 // len(piece) + 1))[:256_000]
    began = time.process_time()
    separate(text)
    # A machine may be busy: half of that is usual.
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "line",
    [
        "npm notice Always use tokens from the environment, never from a file.",
        "(node:4242) Warning: never use hard-coded credentials",
        "[dotenv@17.0.0] tip: always keep secrets in the environment",
        "info  - Always use environment variables",
        "\u26a0 Never commit this file",
        "02:11 PM deploy: always use environment variables",
        'level=warn msg="never use hard-coded credentials"',
        "vite v5.0 warning: always use environment variables",
    ],
)
def test_a_programs_message_is_no_prose(line: str) -> None:
    """One pasted line of a log is read as nobody's wish, whatever it recommends."""
    assert not own_words(f"what does this mean?\n{line}").splitlines()[1].strip()
    assert kind_of(line) is Line.OUTPUT


@pytest.mark.parametrize(
    "line",
    [
        "note: always use pnpm here",
        "node version error: fix it",
        "git error handling should always log",
        "tip - use pnpm, always",
        "Warning: never push to main without asking me",
    ],
)
def test_what_only_begins_like_a_message_is_prose(line: str) -> None:
    """Words that a person writes before a colon, and names of tools in a sentence, stay."""
    assert own_words(line) == line
