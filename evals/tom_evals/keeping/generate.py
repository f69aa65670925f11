"""Histories of invented people, woven from written utterances and real messages, with a log.

Everything is drawn from one seed: the same material gives the same histories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from tom_evals.keeping.material import Material, Message, Utterance, dimensions
from tom_evals.keeping.planted import History, Kind, Planting, Wish
from tom_swe import Role, Scope, Session, Turn
from tom_swe.model.belief import EVERYWHERE, Reach

SEED = 20261124
HOST = "jsonl"
# Sessions of each person: many short histories, a few long ones.
SIZES = (20, 20, 25, 30, 30, 40, 50, 60, 80, 100, 150, 500)
BEGAN = datetime(2024, 9, 1, 8, 0, tzinfo=UTC)
LONGEST = timedelta(days=730)
REPOSITORIES = ("acme/shop", "acme/billing", "home/garden", "lab/plots", "acme/site", "home/dots")
LANGUAGES = ("python", "typescript", "go", "rust")

REVERSED = 0.35  # of the wishes, as far as their opposites fit
IN_ONE_REPOSITORY = 0.4  # of those that may be
IN_ONE_LANGUAGE = 0.15  # of the rest
WIDENED = 0.3  # of those that hold everywhere are told project by project
ONCE = 0.15  # of the wishes are said in one session only
TRAPS = 0.5  # a session
# How a wish is told as one for this time, or as somebody else's. Brackets hold the quote.
_THIS_TIME = ("just this once: {}", "only for this task, {}", "for the demo today only: {}")
_OTHERS = (
    'a colleague of mine swears by this: "{}". no idea what to think of it',
    'the old README says: "{}"',
)
_ADVICE = "I would suggest the following instead: {}"
_OUTPUT = "CONTRIBUTING.md\n\n{}\n"


def histories(material: Material, sizes: Sequence[int] = SIZES, seed: int = SEED) -> list[History]:
    """One history for each size: so many sessions of one person."""
    return [
        _Person(f"p{number:02d}", size, material, Random(f"{seed}/{number}")).history()
        for number, size in enumerate(sizes)
    ]


@dataclass
class _Plan:
    """What is to be woven into one session: whose words, and around which."""

    id: str
    at: datetime
    repository: str
    said: list[tuple[Planting, Role, str, str]] = field(
        default_factory=list[tuple[Planting, Role, str, str]]
    )


class _Person:
    def __init__(self, user: str, size: int, material: Material, random: Random) -> None:
        self._user = user
        self._material = material
        self._random = random
        # Whole authors: what one person's sessions are made of was written by one person.
        self._messages: Sequence[Message] = material.messages[
            random.choice(sorted(a for a, m in material.messages.items() if len(m) >= 10))
        ]
        span = min(LONGEST, timedelta(days=40 + 2 * size))
        homes = random.sample(REPOSITORIES, min(len(REPOSITORIES), 2 + size // 40))
        self._plans = [
            _Plan(f"{user}-{n:03d}", BEGAN + span * n / size, random.choice(homes))
            for n in range(size)
        ]
        self._by_preference: dict[str, list[Utterance]] = {}
        for each in material.utterances:
            self._by_preference.setdefault(each.preference, []).append(each)

    def history(self) -> History:
        profile = self._profile()
        wishes = [wish for each in profile if (wish := self._want(each))]
        for plan in self._plans:
            if self._random.random() < TRAPS:
                self._trap(plan, wishes)
        sessions: list[Session] = []
        log: list[Planting] = []
        for plan in self._plans:
            session, planted = self._woven(plan)
            sessions.append(session)
            log += planted
        return History(self._user, tuple(sessions), tuple(log), tuple(wishes))

    def _profile(self) -> list[str]:
        """Preferences no two of which are on one dimension."""
        wanted = min(8 + len(self._plans) // 25, 16)
        pool = list(self._material.preferences)
        self._random.shuffle(pool)
        taken: set[str] = set()
        chosen: list[str] = []
        for preference in pool:
            if len(chosen) < wanted and not dimensions(preference) & taken:
                taken |= dimensions(preference)
                chosen.append(preference)
        return chosen

    # A wish and its opposite

    def _want(self, preference: str) -> Wish | None:
        """Plants a wish in sessions, and perhaps its reversal in later ones."""
        random = self._random
        lasting = [u for u in self._by_preference[preference] if u.how != "distractor"]
        (opposite,) = (u for u in lasting if u.how == "reversal")
        own = [u for u in lasting if u.how != "reversal"]
        here = [u for u in own if not u.personal]
        everywhere = [u for u in own if u.personal]
        turns = random.random() < REVERSED
        # An opposite that is said of one repository is one only where the wish held there.
        only_here = bool(here) and (
            (turns and not opposite.personal)
            or not everywhere
            or random.random() < IN_ONE_REPOSITORY
        )
        if turns and not opposite.personal and not here:
            turns = False
        language = ""
        if not only_here and not turns and random.random() < IN_ONE_LANGUAGE:
            language = random.choice(LANGUAGES)
        once = not turns and random.random() < ONCE
        times = 1 if once else random.randint(2, 3 + min(len(self._plans) // 30, 6))
        places = self._places(
            random.choice(sorted({p.repository for p in self._plans})) if only_here else ""
        )
        again = random.choice((1, 1, 2)) if turns else 0
        if len(places) < times + again:
            times = max(1, len(places) - again)
        if len(places) < times + again:
            return None
        slots = sorted(random.sample(range(len(places)), times + again))
        words = here if only_here else everywhere
        # Words about "this project", said in several of them: it holds for the person.
        widened = len({places[slot].repository for slot in slots[:times]}) > 1
        if not only_here and not language and here and widened and random.random() < WIDENED:
            words = here
        random.shuffle(words)
        for index, slot in enumerate(slots):
            said = opposite if index >= times else words[index % len(words)]
            self._say(places[slot], said, language, held=index < times)
        last = places[slots[-1]]
        home = Scope(reach=Reach.REPOSITORY, name=last.repository)
        scope = home if only_here else EVERYWHERE
        if language:
            scope = Scope(reach=Reach.LANGUAGE, name=language)
        if turns and opposite.personal:
            scope = EVERYWHERE
        return Wish(
            user=self._user,
            preference=preference,
            held=not turns,
            scope=scope,
            sessions=again if turns else times,
            last_said=last.at,
            reversed=turns,
        )

    def _places(self, repository: str) -> list[_Plan]:
        return [p for p in self._plans if not repository or p.repository == repository]

    def _say(self, plan: _Plan, said: Utterance, language: str, *, held: bool) -> None:
        scope = EVERYWHERE if said.personal else _in(plan.repository)
        text = said.text
        if language:
            scope = Scope(reach=Reach.LANGUAGE, name=language)
            text = f"in all my {language} code: {text}"
        kind = Kind.WISH if held else Kind.REVERSAL
        self._plant(plan, kind, said, scope, text, said.quote, held=held)

    # What is no wish

    def _trap(self, plan: _Plan, wishes: Sequence[Wish]) -> None:
        """Plants words that state nothing lasting of this person's own."""
        random = self._random
        mine = {wish.preference: wish for wish in wishes}
        others = [p for p in self._material.preferences if p not in mine]
        preference = random.choice(
            sorted(mine) if mine and (not others or random.random() < 0.5) else others
        )
        # Against what they want, where they want anything: that is what could do harm.
        held = not mine[preference].held if preference in mine else random.random() < 0.5
        kind = random.choice(
            (
                Kind.ONE_OFF,
                Kind.ONE_OFF,
                Kind.HEARSAY,
                Kind.ASIDE,
                Kind.ASIDE,
                Kind.AGENT,
                Kind.TOOL,
            )
        )
        about = self._by_preference[preference]
        if kind is Kind.ASIDE:
            said = random.choice([u for u in about if u.how == "distractor"])
            told = {"oneoff": Kind.ONE_OFF, "quoted": Kind.HEARSAY}.get(said.trap, Kind.ASIDE)
            self._plant(plan, told, said, _in(plan.repository), said.text, said.text, held=held)
            return
        wanted = ("explicit",) if held else ("reversal",)
        said = random.choice([u for u in about if u.how in wanted])
        frame = {
            Kind.ONE_OFF: random.choice(_THIS_TIME),
            Kind.HEARSAY: random.choice(_OTHERS),
            Kind.AGENT: _ADVICE,
            Kind.TOOL: _OUTPUT,
        }[kind]
        scope = Scope(reach=Reach.TASK) if kind is Kind.ONE_OFF else _in(plan.repository)
        self._plant(plan, kind, said, scope, frame.format(said.quote), said.quote, held=held)

    def _plant(
        self,
        plan: _Plan,
        kind: Kind,
        said: Utterance,
        scope: Scope,
        text: str,
        quote: str,
        *,
        held: bool,
    ) -> None:
        planting = Planting(
            user=self._user,
            session=plan.id,
            turn=-1,
            kind=kind,
            preference=said.preference,
            held=held,
            how=said.how,
            quote=quote,
            said_of=scope,
            utterance=said.id,
        )
        role = {Kind.AGENT: Role.AGENT, Kind.TOOL: Role.TOOL}.get(kind, Role.USER)
        before = said.before if kind in {Kind.WISH, Kind.REVERSAL} else ""
        plan.said.append((planting, role, text, before))

    # Sessions

    def _woven(self, plan: _Plan) -> tuple[Session, list[Planting]]:
        """Real messages in their order, and the planted turns among them."""
        random = self._random
        count = random.randint(3, 7)
        start = random.randrange(max(1, len(self._messages) - count))
        pieces: list[list[tuple[Role, str, Planting | None]]] = [
            [*([(Role.AGENT, m.before, None)] if m.before else []), (Role.USER, m.text, None)]
            for m in self._messages[start : start + count]
        ]
        for planting, role, text, before in plan.said:
            spoken: list[tuple[Role, str, Planting | None]] = [(role, text, planting)]
            if before:
                spoken.insert(0, (Role.AGENT, before, None))
            pieces.insert(random.randint(0, len(pieces)), spoken)
        turns: list[Turn] = []
        log: list[Planting] = []
        for role, text, planting in (one for piece in pieces for one in piece):
            at = plan.at + timedelta(minutes=len(turns))
            if planting:
                log.append(planting._replace(turn=len(turns)))
            turns.append(Turn(ordinal=len(turns), role=role, text=text, at=at))
        session = Session(
            host=HOST,
            host_id=plan.id,
            repository=plan.repository,
            cwd=f"/home/{self._user}/{plan.repository}",
            started=turns[0].at,
            ended=turns[-1].at,
            turns=tuple(turns),
        )
        return session, log


def _in(repository: str) -> Scope:
    return Scope(reach=Reach.REPOSITORY, name=repository)
