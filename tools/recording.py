"""Records the real `tom` in a terminal as an animated SVG: docs/pictures/first-minute.svg.

It runs `tom` in a pseudo-terminal on the demo's home folder, with a memory of its own, and
keeps the screen after each key. Each frame is drawn once and shown in its turn by CSS.
"""

from __future__ import annotations

import html
import shutil
import sys
import tempfile
from importlib import resources
from itertools import batched
from pathlib import Path
from typing import NamedTuple

import pexpect
import pyte

COLUMNS, ROWS = 92, 30
CHARACTER, LINE, MARGIN = 8.4, 18, 14
PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "first-minute.svg"
PALETTE = {
    "default": "#d8dee9", "black": "#4c566a", "red": "#e06c75", "green": "#98c379",
    "brown": "#e5c07b", "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2",
    "white": "#eceff4",
}  # fmt: skip


class Key(NamedTuple):
    """What is waited for on the screen, what is typed then, and how long the screen stays."""

    after: str
    typed: str
    seconds: float


class Frame(NamedTuple):
    """A screen and how long it stays."""

    rows: tuple[tuple[tuple[str, str, bool], ...], ...]
    cursor: tuple[int, int]
    seconds: float


PROMPT = r"\$ "
SCRIPT = (
    Key(PROMPT, "tom init\r", 1.0),
    Key("y yes, n no: ", "y", 2.5),
    Key(r"\? help: ", "y", 3.5),
    Key(r"\? help: ", "n", 2.5),
    Key(r"\? help: ", "q", 2.5),
    Key("show the changes: ", "y", 3.0),
    Key(PROMPT, 'tom consult "delete the old entries"\r', 6.0),
    Key(PROMPT, 'tom consult "install a date library in the front end"\r', 4.0),
    Key(PROMPT, "tom checks show 9\r", 4.0),
    Key(PROMPT, "", 6.0),
)
# Letters at a time.
TYPED = 3


def recorded(home: Path) -> list[Frame]:
    """The frames of the script, played in a shell in the demo's home folder."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    environ = {
        "HOME": str(home), "TERM": "xterm-256color", "PS1": "$ ", "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "TOM_HOME": str(home / ".tom"),
        "TOM_USER": "mira", "TZ": "Europe/Berlin",
    }  # fmt: skip
    folder = home / "src" / "ledger-web"
    folder.mkdir(parents=True, exist_ok=True)
    shell = pexpect.spawn(
        "/bin/sh", ["-i"], env=environ, cwd=str(folder), encoding="utf-8", timeout=120,
        dimensions=(ROWS, COLUMNS),
    )  # fmt: skip
    frames: list[Frame] = []
    for key in SCRIPT:
        shell.expect(key.after)
        stream.feed(str(shell.before) + str(shell.after))
        frames.append(_frame(screen, key.seconds))
        if key.typed.endswith("\r"):
            for letters in batched(key.typed[:-1], TYPED):
                shell.send("".join(letters))
                shell.expect_exact("".join(letters))
                stream.feed(str(shell.before) + str(shell.after))
                frames.append(_frame(screen, 0.06 * TYPED))
            shell.send("\r")
        else:
            shell.send(key.typed)
    shell.close(force=True)
    return frames


def _frame(screen: pyte.Screen, seconds: float) -> Frame:
    rows: list[tuple[tuple[str, str, bool], ...]] = []
    for y in range(screen.lines):
        runs: list[tuple[str, str, bool]] = []
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            style = (cell.fg, cell.bold)
            if runs and runs[-1][1:] == style:
                runs[-1] = (runs[-1][0] + cell.data, *style)
            else:
                runs.append((cell.data, *style))
        if runs and runs[-1][1:] == ("default", False):
            runs[-1] = (runs[-1][0].rstrip(), "default", False)
        rows.append(tuple(run for run in runs if run[0]))
    return Frame(tuple(rows), (screen.cursor.x, screen.cursor.y), seconds)


def drawn(frames: list[Frame]) -> str:
    """The frames as one SVG that plays them over and over."""
    width, height = COLUMNS * CHARACTER + 2 * MARGIN, ROWS * LINE + 2 * MARGIN
    total = sum(frame.seconds for frame in frames)
    styles: list[str] = []
    groups: list[str] = []
    begins = 0.0
    for number, frame in enumerate(frames):
        start, end = begins / total * 100, (begins + frame.seconds) / total * 100
        begins += frame.seconds
        hidden = f"0%,{start:.3f}%{{visibility:hidden}}" if number else ""
        styles.append(
            f"@keyframes f{number}{{{hidden}{start:.3f}%,{end:.3f}%{{visibility:visible}}"
            f"{end + 0.001:.3f}%,100%{{visibility:hidden}}}}"
            f"#f{number}{{animation:f{number} {total:.2f}s step-end infinite}}"
        )
        groups.append(f'<g id="f{number}">{_drawn(frame)}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
        f'role="img" aria-label="tom init, tom consult and tom checks in a terminal">'
        f"<style>text{{font:14px ui-monospace,Menlo,Consolas,monospace;white-space:pre;"
        f"fill:{PALETTE['default']}}}g{{visibility:hidden}}{''.join(styles)}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="#22272e"/>{"".join(groups)}</svg>\n'
    )


def _drawn(frame: Frame) -> str:
    parts: list[str] = []
    for y, row in enumerate(frame.rows):
        spans: list[str] = []
        for text, color, bold in row:
            fill = f' fill="{PALETTE.get(color, PALETTE["default"])}"' if color != "default" else ""
            weight = ' font-weight="bold"' if bold else ""
            escaped = html.escape(text)
            spans.append(f"<tspan{fill}{weight}>{escaped}</tspan>" if fill or weight else escaped)
        if "".join(text for text, _, _ in row).strip():
            base = MARGIN + (y + 0.75) * LINE
            length = sum(len(text) for text, _, _ in row) * CHARACTER
            place = f'x="{MARGIN}" y="{base:.0f}" textLength="{length:.1f}"'
            parts.append(f"<text {place}>{''.join(spans)}</text>")
    x, y = frame.cursor
    parts.append(
        f'<rect x="{MARGIN + x * CHARACTER:.1f}" y="{MARGIN + y * LINE}" width="{CHARACTER}" '
        f'height="{LINE}" fill="#d8dee9" opacity=".5"/>'
    )
    return "".join(parts)


def main() -> None:
    """Records, and writes the picture."""
    with tempfile.TemporaryDirectory(prefix="tom-recording-") as folder:
        home = Path(folder) / "mira"
        with resources.as_file(resources.files("tom_cli") / "demo" / "home") as shipped:
            shutil.copytree(shipped, home)
        for hidden in home.glob("dot-*"):
            hidden.rename(home / hidden.name.replace("dot-", ".", 1))
        frames = recorded(home)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn(frames), encoding="utf-8")
    size = PICTURE.stat().st_size // 1024
    print(f"wrote {PICTURE}: {len(frames)} frames, {size} kB")


if __name__ == "__main__":
    main()
