"""What the person said before that bears on a request, found by words alone. Read only.

Each saying is kept with its terms, by a digest of the repository and the term: what was said in
one repository is not found in another, whatever is asked there. How likely a saying helps
follows from how much of what the request is about it shares, and from how useful it looked when
it was learned. `python -m tom_evals.earlier` measures it.

Standard library only, and of that nothing that starts slowly: each prompt's hook runs this.
"""

import math
from collections.abc import Callable, Collection, Iterable, Sequence

from tom_swe.checkout import likeness
from tom_swe.text.terms import UNKNOWN, terms, topics

try:
    # hashlib loads OpenSSL, which is slow and not needed.
    from _sha2 import sha256  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
except ImportError:
    from hashlib import sha256

# What runs SQL: a query with its parameters, and the rows.
type Rows = Callable[[str, Sequence[object]], Iterable[Sequence[object]]]
# What makes a list of the JSON that the folders of a repository are kept as.
type Read = Callable[[str], Collection[str]]

# A score in log-odds as a chance, fitted on what readers wanted for requests (tom_evals.earlier).
SLOPE, OFFSET = 0.95, -0.84
# What helps less likely than this is noise.
LEAST = 0.57
# What looked less useful than this is told to nobody; it counts for how common a word is.
LEAST_USEFUL = -0.6
# So many of the best are looked at, for some are told already or say the same.
LOOKED_AT = 24
# Sayings that share this much of their terms say the same, and the newest does.
SAME = 0.6
# A request that is about no more than this is none: "1", "hello", "go on".
FAINTEST = 0.5
# A saying has to be about something more than the request, or it tells nothing.
NEW = 1.0
# So many sayings are taken to be there beside those that are: where there are few, a word is not
# common because it is in most of them.
FEW = 20
# Keeps logarithms finite, and a single common word from counting as nothing.
_ROOM = 0.02
# The name under which stands what was said as holding in all projects.
EVERYWHERE = ""
# Under this term stands each saying of a place, to count them.
ANY = ""
RETIRED, CONTRADICTS, HABIT = "retired", "contradicts", "habit"

PLACES = "SELECT repository, folders FROM saying_place WHERE user_id = ?"
_TERMS = "SELECT key, saying_id, useful FROM saying_term WHERE key IN ({})"
_COUNT = "SELECT count(*) FROM saying_term WHERE key IN ({})"
_WORDS = """
SELECT saying.id, saying.turn_id, substr(turn.text, saying.place + 1, saying.length),
  session.id, turn.ordinal, session.host_id, session.repository,
  coalesce(turn.at, session.started_at, session.imported_at)
FROM saying JOIN turn ON turn.id = saying.turn_id JOIN session ON session.id = saying.session_id
WHERE session.user_id = ? AND saying.id IN ({})
"""
_BELIEFS = """
SELECT observation.turn_id, observation.quote, evidence.belief_id, evidence.stance, belief.status
FROM observation JOIN evidence ON evidence.observation_id = observation.id
JOIN belief ON belief.id = evidence.belief_id
WHERE belief.kind <> ? AND observation.turn_id IN ({})
"""


class Earlier:
    """Something the person said before, word for word, and how likely it helps.

    ``id`` names it to a session that is told it: its turn, or the belief that rests on it.
    ``same`` are the ids of others that say the same.
    """

    def __init__(self, row: Sequence[object], likely: float) -> None:
        number, turn, text, session, ordinal, host_id, repository, at = row
        self.saying_id = _int(number)
        self.turn_id = _int(turn)
        self.text = str(text)
        self.session_id = _int(session)
        self.ordinal = _int(ordinal)
        self.host_id = str(host_id)
        self.repository = str(repository)
        self.at = str(at)
        self.likely = likely
        self.id = f"s{self.session_id}.{self.ordinal}"
        self.same: set[str] = set()


def keys_of(user_id: str, name: str, said: Iterable[str]) -> dict[int, str]:
    """The keys under which the sayings of a repository stand that hold these terms."""
    found: dict[int, str] = {}
    for term in said:
        data = f"{user_id}\0{name}\0{term}".encode("utf-8", "surrogatepass")
        found[int.from_bytes(_digest(data)[:8], "big", signed=True)] = term
    return found


def _digest(data: bytes) -> bytes:
    return bytes(sha256(data).digest())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def names_here(rows: Rows, user_id: str, repository: str, folder: str, read: Read) -> list[str]:
    """The names of the repository at hand under which something was said; see `likeness`."""
    here = (folder,) if folder else ()
    return [
        str(name)
        for name, folders in rows(PLACES, (user_id,))
        if likeness(str(name), read(str(folders)), repository, here)
    ]


def earlier(
    rows: Rows,
    user_id: str,
    text: str,
    names: Collection[str],
    *,
    told: Collection[int] = (),
    without: Collection[str] = (),
    session: str = "",
    limit: int = 3,
    least: float = LEAST,
) -> list[Earlier]:
    """What bears on a request in the repository of these names, the likeliest first.

    ``told`` are beliefs that are known already, ``without`` ids of what is. ``session`` is what
    its host calls the session at hand, of which nothing is told.
    """
    found = matches(rows, user_id, text, {*names, EVERYWHERE})
    likely = {number: p for number, each in found.items() if (p := each.likely) >= least}
    best = sorted(likely, key=lambda number: (-likely[number], -number))[:LOOKED_AT]
    if not best:
        return []
    own = session.replace("-", "")
    said = [
        each
        for row in rows(_WORDS.format(_marks(best)), (user_id, *best))
        if (each := Earlier(row, likely[_int(row[0])])).host_id.replace("-", "") != own or not own
    ]
    _name(rows, said, set(told))
    kept = [each for each in said if each.id and _adds(each.text, text)]
    kept.sort(key=lambda each: (-each.likely, each.saying_id))
    return _distinct(kept, set(without))[:limit]


def chance_of(score: float) -> float:
    """How likely a saying helps whose match has this score."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, SLOPE * score + OFFSET))))


class TopicMatch:
    """How a saying matches a request.

    ``shared`` is how much of the request's topic it shares, ``share`` what that is of the whole.
    """

    def __init__(self, useful: float) -> None:
        self.useful = useful
        self.shared = 0.0
        self.share = 0.0

    @property
    def score(self) -> float:
        """How well it matches, and how useful it looked, in log-odds without a scale."""
        return self.useful + math.log(_ROOM + self.shared) + math.log(_ROOM + self.share)

    @property
    def likely(self) -> float:
        """How likely it helps."""
        return chance_of(self.score)


def matches(rows: Rows, user_id: str, text: str, names: Collection[str]) -> dict[int, TopicMatch]:
    """The sayings in these repositories that share something of a request's topic."""
    about = topics()
    asked = {term: about.get(term, UNKNOWN) for term in dict.fromkeys(terms(text))}
    asked = {term: weight for term, weight in asked.items() if weight}
    if sum(asked.values()) < FAINTEST:
        return {}
    keys = {key: term for name in names for key, term in keys_of(user_id, name, asked).items()}
    sharing: dict[str, set[int]] = {term: set() for term in asked}
    found: dict[int, TopicMatch] = {}
    for key, number, useful in rows(_TERMS.format(_marks(keys)), tuple(keys)):
        sharing[keys[_int(key)]].add(_int(number))
        if number not in found:
            found[_int(number)] = TopicMatch(_float(useful))
    all_of = [key for name in names for key in keys_of(user_id, name, [ANY])]
    ((count,),) = rows(_COUNT.format(_marks(all_of)), tuple(all_of))
    whole = 0.0
    for term, weight in asked.items():
        rare = math.log((_int(count) + FEW) / (len(sharing[term]) + 1)) + 0.5
        whole += weight * max(rare, 0.0)
        for number in sharing[term]:
            found[number].shared += weight * max(rare, 0.0)
    for each in found.values():
        each.share = each.shared / max(whole, FAINTEST)
    return {number: each for number, each in found.items() if each.useful >= LEAST_USEFUL}


def _name(rows: Rows, found: Sequence[Earlier], told: Collection[int]) -> None:
    """Gives what a belief rests on the belief's id, and "" to what is not to be said.

    That is what a belief rests on that is told or was given up, and what contradicts one.
    """
    turns = sorted({each.turn_id for each in found})
    for turn, quote, belief, stance, status in rows(
        _BELIEFS.format(_marks(turns)), (HABIT, *turns)
    ):
        for each in found:
            if each.turn_id != turn or not _overlap(each.text, str(quote)):
                continue
            if stance == CONTRADICTS or status == RETIRED or belief in told:
                each.id = ""
            elif each.id:
                each.id = f"b{belief}"


def _adds(words: str, text: str) -> bool:
    """Whether the words are about something that the request is not."""
    about, asked = topics(), set(terms(text))
    return sum(about.get(each, UNKNOWN) for each in set(terms(words)) - asked) >= NEW


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one


def _distinct(found: Sequence[Earlier], without: Collection[str]) -> list[Earlier]:
    """The first of what says the same, in its newest words; none of what was told before."""
    groups: list[list[tuple[Earlier, set[str]]]] = []
    for each in found:
        words = set(terms(each.text))
        for group in groups:
            if any(_same(words, other) or each.id == known.id for known, other in group):
                group.append((each, words))
                break
        else:
            groups.append([(each, words)])
    kept: list[Earlier] = []
    for group in groups:
        ids = {each.id for each, _ in group}
        if ids.isdisjoint(without):
            newest = max((each for each, _ in group), key=lambda each: each.at)
            newest.same = ids - {newest.id}
            kept.append(newest)
    turns: set[int] = set()
    return [each for each in kept if each.turn_id not in turns and not turns.add(each.turn_id)]


def _same(words: set[str], others: set[str]) -> bool:
    return len(words & others) > SAME * len(words | others)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _float(value: object) -> float:
    return value if isinstance(value, float) else 0.0
