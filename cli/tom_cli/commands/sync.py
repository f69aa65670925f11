"""What you ask for, in the files that agents read: tom sync."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tom_cli.common import Yes, confirmed, is_off, opened, talk
from tom_swe.errors import NotFound, TomError, UsageError

if TYPE_CHECKING:
    from tom_swe.hosts.blocks import FoundBlock
    from tom_swe.hosts.files import FileEdit
    from tom_swe.mind.tom import Tom
    from tom_swe.model.belief import Belief

NAMES = ("AGENTS.md", "CLAUDE.md", "GEMINI.md", ".cursor/rules/tom.mdc")
# Cursor reads a rule only with this before it.
CURSOR_HEAD = "---\ndescription: Working preferences\nalwaysApply: true\n---\n\n"


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(sync)


def sync(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Markdown files; by default AGENTS.md, ... if they are here."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the block.")] = False,
    yes: Yes = False,
) -> None:
    """Keep your preferences in AGENTS.md, CLAUDE.md or Cursor's rules.

    tom adds a marked block of rules and preferences without your quotes; the rest of the file
    stays as it is. A line of the block that you changed, deleted or added is edited, rejected
    or remembered in the memory. tom shows everything before it does it.

    Example: tom sync AGENTS.md
    """
    from tom_swe.settings import load_settings

    settings = load_settings()
    wanted = [
        path for path in _distinct(files or _here()) if not is_off(settings, path.resolve().parent)
    ]
    if not wanted:
        return
    with opened(settings) as (tom, _):
        for path in wanted:
            _File(tom, settings.user, path).sync(remove=remove, yes=yes)


class _File(NamedTuple):
    tom: Tom
    user: str
    path: Path

    def sync(self, *, remove: bool, yes: bool) -> None:
        from tom_swe.hosts import blocks
        from tom_swe.hosts.files import read

        began = self.tom.memory.began(self.user)
        if began is None:
            raise UsageError("tom knows nothing about you yet; run `tom init` first")
        owner = blocks.owner_of(self.user, began)
        before = read(self.path)
        text = before or ""
        try:
            found = blocks.found(text, owner)
        except TomError as error:
            raise TomError(f"{self.path}: {error}; delete the rest of the block first") from error
        if blocks.others_in(text, owner):
            talk(f"{self.path} also has a block of another memory, which tom leaves alone")
        if found and found.is_touched:
            self._take_in(found, yes)
        change = self._change(before, owner, remove=remove)
        if change.is_none:
            talk(f"{self.path} is up to date")
            return
        typer.echo(change.diff())
        confirmed("Make this change?", yes)
        change.apply()
        talk(f"wrote {self.path}")

    def _change(self, before: str | None, owner: str, *, remove: bool) -> FileEdit:
        from tom_swe.hosts import blocks
        from tom_swe.hosts.files import PRIVATE, FileEdit

        text = before or ""
        newline = "\r\n" if "\r\n" in text else "\n"
        if before is None and self.path.suffix == ".mdc":
            text = CURSOR_HEAD
        block = "" if remove else blocks.rendered(self._wanted(), owner, newline)
        if not block and not before:
            return FileEdit(self.path, before, before or "")
        # What stands in a repository is for whoever may read its other files.
        mode = None if self._is_in_repository() else PRIVATE
        return FileEdit(self.path, before, blocks.placed(text, block, owner, newline), mode)

    def _wanted(self) -> list[Belief]:
        from tom_swe.advise.brief import in_order
        from tom_swe.hosts import blocks

        told = self.tom.memory.beliefs.told(self.user)
        repository = self._repository()
        folder = str(self.path.resolve().parent) if repository else ""
        names = self.tom.names_of(self.user, repository, folder)
        return blocks.fit(in_order(told, repository, names))

    def _repository(self) -> str:
        from tom_swe.checkout import repository_of

        return repository_of(str(self.path.resolve().parent)) if self._is_in_repository() else ""

    def _is_in_repository(self) -> bool:
        return any((each / ".git").exists() for each in self.path.resolve().parents)

    def _take_in(self, found: FoundBlock, yes: bool) -> None:
        """What was changed in the block is the person's word, once they say that it is theirs."""
        from tom_cli.layout import put
        from tom_swe.model.belief import EVERYWHERE, Reach, Scope
        from tom_swe.text.safe import safe

        held = {belief.id: belief for belief in self.tom.memory.beliefs.told(self.user)}
        shown = {belief.id for belief in self._wanted()}
        edited = {i: text for i, text in found.edited.items() if i in held}
        removed = [i for i in found.removed if i in shown]
        # A line about what is not believed any more was kept by being changed: it is said anew.
        added = [*found.added, *(text for i, text in found.edited.items() if i not in held)]
        if not (edited or removed or added):
            return
        talk(f"{self.path} was changed; tom would take these changes as yours:")
        for number, text in edited.items():
            put(f"  edit b{number}: {safe(held[number].statement)} → {safe(text)}", hang=4)
        for number in removed:
            put(f"  reject b{number}: {safe(held[number].statement)}", hang=4)
        for text in added:
            put(f"  remember: {safe(text)}", hang=4)
        confirmed("Did you make these changes?", yes, loses=True)
        repository = self._repository()
        scope = Scope(reach=Reach.REPOSITORY, name=repository) if repository else EVERYWHERE
        for number, text in edited.items():
            self.tom.edit(self.user, number, text)
        for number in removed:
            self._reject(number)
        for text in added:
            self.tom.remember(self.user, text, scope)
        talk("done; `tom undo` undoes it, one change at a time")

    def _reject(self, number: int) -> None:
        try:
            self.tom.reject(self.user, number)
        except NotFound:
            # It went with another one that was edited.
            return


def _here() -> list[Path]:
    there = [Path(name) for name in NAMES if Path(name).exists()]
    return there or [Path(NAMES[0])]


def _distinct(paths: list[Path]) -> list[Path]:
    """The files once each: one is often a link to another."""
    return list({path.resolve(): path for path in reversed(paths)}.values())[::-1]
