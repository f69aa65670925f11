"""What a request leaves open, told by what is seen of it. Pure."""

from tom_swe.advise.clarity import wording
from tom_swe.advise.clarity.choices import open_choices
from tom_swe.advise.clarity.features import Seen, is_report, seen
from tom_swe.extract import asking
from tom_swe.model.advice import Missing


def missing_from(text: str, before: str = "") -> tuple[Missing, ...]:
    """What an unclear text leaves open; something always is, or it were not unclear."""
    it = seen(text)
    report = is_report(text, before)
    if open_choices(text):
        return (Missing.CHOICE,)
    found = _of_report(it) if report else _of_message(it, text, before)
    if not report and asking.CHOOSE.search(text):
        found.add(Missing.CHOICE)
    if not found:
        found.add(Missing.BEHAVIOUR if it.trouble or it.fix else Missing.ACCEPTANCE)
    return tuple(what for what in Missing if what in found)


def _of_report(it: Seen) -> set[Missing]:
    return {Missing.BEHAVIOUR} if it.named else {Missing.BEHAVIOUR, Missing.TARGET}


def _of_message(it: Seen, text: str, before: str) -> set[Missing]:
    if text.rstrip().endswith(":"):
        return {Missing.BEHAVIOUR}
    found: set[Missing] = set()
    pointing = it.pointer_only and not before.strip()
    if pointing:
        found.add(Missing.REFERENCE)
    untold = (it.trouble or it.fix) and not it.result and it.details <= 2
    if it.untold or untold:
        found.add(Missing.BEHAVIOUR)
    taste = asking.TASTE.search(text) is not None
    making = wording.MAKE.search(text) and not it.named and it.content <= 3
    if taste or making or (wording.SWEEP.search(text) and not found):
        found.add(Missing.ACCEPTANCE)
    destroying = wording.DESTRUCTIVE.search(text) is not None
    nowhere = it.content == 0 and (it.trouble or taste)
    if not it.named and not pointing and (destroying or nowhere):
        found.add(Missing.TARGET)
    return found
