"""How sound the user model is."""

from __future__ import annotations

import typer

from tom_cli.common import Json, opened, print_json


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(audit)


def audit(as_json: Json = False) -> None:
    """Check the quality of the beliefs.

    It looks for junk, duplicates, contradictions, stale and unsupported beliefs, and secrets.
    Exits with 1 if a belief has no quote or holds a secret; the rest is for you to judge.

    Example: tom audit
    """
    from rich.table import Table

    from tom_cli.render import belief_line, console
    from tom_swe.doctor.report import audited
    from tom_swe.explain.audit import Fault

    with opened() as (tom, settings):
        found = audited(tom, settings)
        beliefs = {b.id: b for b in tom.memory.beliefs.told(settings.user)}
    if as_json:
        print_json(found)
    elif not found.beliefs:
        console().print("There are no beliefs to audit yet; start with `tom init`.")
    else:
        table = Table("fault", "beliefs", "share", "such as", box=None)
        for each in found.findings:
            samples = ", ".join(f"b{i}" for i in each.samples)
            table.add_row(each.fault.value, str(each.count), f"{each.share:.0%}", samples)
        console().print(table)
        console().print(f"\n{found.sound:.0%} of {found.beliefs} beliefs have no fault.")
        for each in found.findings:
            if each.samples:
                console().print(f"\n{each.fault.value}")
                for belief_id in each.samples:
                    console().print(belief_line(beliefs[belief_id]))
    grave = {Fault.UNSUPPORTED, Fault.SECRET}
    if any(each.count for each in found.findings if each.fault in grave):
        raise typer.Exit(1)
