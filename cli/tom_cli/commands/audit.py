"""How sound the user model is."""

from __future__ import annotations

import typer

from tom_cli.common import Json, opened, print_json


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(audit)


def audit(as_json: Json = False) -> None:
    """Check the quality of the beliefs.

    It asks of every belief whether your own words support it, and looks for junk, duplicates,
    contradictions, stale beliefs and secrets in what agents are told. Exits with 1 if agents are
    told a belief that nothing supports or that holds a secret; the rest is for you to judge.

    Example: tom audit
    """
    from itertools import zip_longest

    from rich.table import Table

    from tom_cli.layout import put, put_block
    from tom_cli.render import HANG, belief_line
    from tom_swe.doctor.report import audited
    from tom_swe.explain.audit import SAMPLES, Fault

    with opened() as (tom, settings):
        found = audited(tom, settings)
        beliefs = {b.id: b for b in tom.memory.beliefs.all(settings.user)}
        told = {b.id for b in tom.memory.beliefs.told(settings.user)}
    if as_json:
        print_json(found)
    elif not found.beliefs:
        put("There are no beliefs to audit yet; start with `tom init`.")
    else:
        table = Table("fault", "beliefs", "share", "such as", box=None)
        for each in found.findings:
            samples = ", ".join(f"b{i}" for i in each.samples[:SAMPLES])
            table.add_row(each.fault.value, str(each.count), f"{each.share:.0%}", samples)
        put_block(table)
        put(
            f"\n{found.sound:.0%} of {found.beliefs} beliefs have no fault that tom can see. "
            "Whether a wish was meant to last, only you can say: `tom review`."
        )
        for each in found.findings:
            if each.samples:
                put(f"\n{each.fault.value}")
                for belief_id, why in zip_longest(each.samples, each.reasons, fillvalue=""):
                    line = belief_line(beliefs[int(belief_id)])
                    put(line.append(f"\n{' ' * HANG}{why}") if why else line, hang=HANG)
    grave = {Fault.UNSUPPORTED, Fault.SECRET}
    if any(told.intersection(each.samples) for each in found.findings if each.fault in grave):
        raise typer.Exit(1)
