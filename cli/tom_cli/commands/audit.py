"""How sound the user model is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tom_cli.common import Json, opened, print_json

if TYPE_CHECKING:
    from tom_swe.explain.audit import Audit


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(audit)


def audit(as_json: Json = False) -> None:
    """Check the quality of the beliefs.

    It asks of every belief whether your own words support it, and looks for junk, duplicates,
    contradictions, stale beliefs and secrets in what agents hear. Exits with 1 if agents are
    told a belief that nothing supports or that holds a secret; the rest is for you to judge.

    Example: tom audit
    """
    from itertools import zip_longest

    from tom_cli.layout import put
    from tom_cli.render import HANG, belief_line
    from tom_swe.doctor.report import audited
    from tom_swe.explain import figures
    from tom_swe.explain.audit import SAMPLES, Fault
    from tom_swe.explain.counts import counts

    with opened() as (tom, settings):
        found = audited(tom, settings)
        beliefs = {b.id: b for b in tom.memory.beliefs.all(settings.user)}
        held = counts(tom.memory, settings.user)
        told = {b.id for b in tom.memory.beliefs.told(settings.user)}
    if as_json:
        print_json(found)
    elif not found.believed:
        put("There are no beliefs to audit yet; start with `tom init`.")
    else:
        put(f"looked at {figures.live(held)}")
        for each in found.findings:
            of = found.believed if each.fault is Fault.UNSUPPORTED else found.told
            samples = ", ".join(f"b{i}" for i in each.samples[:SAMPLES])
            named = f": {samples}" if samples else ""
            put(f"{each.fault.value:<14} {each.count or 'none'} of {of}{named}", hang=15)
        put(f"\n{_summary(found)}")
        for each in found.findings:
            if each.samples:
                put(f"\n{each.fault.value}")
                for belief_id, why in zip_longest(each.samples, each.reasons, fillvalue=""):
                    line = belief_line(beliefs[int(belief_id)])
                    put(line.append(f"\n{' ' * HANG}{why}") if why else line, hang=HANG)
    grave = {Fault.UNSUPPORTED, Fault.SECRET}
    if any(told.intersection(each.samples) for each in found.findings if each.fault in grave):
        raise typer.Exit(1)


def _summary(found: Audit) -> str:
    """What the audit says, and what it cannot say."""
    faulty = f"{found.faulty or 'None'} of these {'has' if found.faulty < 2 else 'have'}"
    return (
        f"{faulty} a fault that tom can see. It cannot see whether you meant a wish to last, or "
        "what you said and it missed: `tom review`, `tom why-not`."
    )
