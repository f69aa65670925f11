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
from tom_swe.lazy import TYPE_CHECKING
from tom_swe.text.terms import UNKNOWN, terms, topics

try:
    # hashlib loads OpenSSL, which is slow and not needed.
    from _sha2 import sha256  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
except ImportError:
    from hashlib import sha256

if TYPE_CHECKING:
    from typing import Any

# What runs SQL: a query with its parameters, and the rows.
type Cells = Sequence[Any]
type Rows = Callable[[str, Sequence[object]], Iterable[Cells]]
# What makes a list of the JSON that the folders of a repository are kept as.
type Read = Callable[[str], Collection[str]]

# A score in log-odds as a chance, fitted on what readers wanted for requests (tom_evals.earlier).
SLOPE, OFFSET = 0.95, -0.84
# What helps less likely than this is noise.
LEAST = 0.525
# Sayings less useful than this are not shown; they count for how common a word is.
LEAST_USEFUL = -0.6
# Looks at so many of the best, since the session may have some, and some say the same.
LOOKED_AT = 16
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

    ``id`` names it: its turn, or the belief that rests on it.
    ``same`` are the ids of others that say the same.
    """

    def __init__(self, row: Cells, likely: float) -> None:
        self.saying_id: int = row[0]
        self.turn_id: int = row[1]
        self.text: str = row[2]
        self.session_id: int = row[3]
        self.ordinal: int = row[4]
        self.host_id: str = row[5]
        self.repository: str = row[6]
        self.at: str = row[7]
        self.likely = likely
        self.id = f"s{self.session_id}.{self.ordinal}"
        self.same: set[str] = set()
        self.words = set(terms(self.text))


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
        name
        for name, folders in rows(PLACES, (user_id,))
        if likeness(name, read(folders), repository, here)
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
    found = matches(rows, user_id, text, {*names, EVERYWHERE}, least)
    likely = {number: each.likely for number, each in found.items()}
    best = sorted(likely, key=lambda number: (-likely[number], -number))[:LOOKED_AT]
    if not best:
        return []
    own = session.replace("-", "")
    said = [
        each
        for row in rows(_WORDS.format(_marks(best)), (user_id, *best))
        if (each := Earlier(row, likely[row[0]])).host_id.replace("-", "") != own or not own
    ]
    _name(rows, said, set(told))
    asked = set(terms(text))
    kept = [each for each in said if each.id and _adds(each.words - asked)]
    kept.sort(key=lambda each: (-each.likely, each.saying_id))
    return _distinct(kept, set(without))[:limit]


def chance_of(score: float) -> float:
    """How likely a saying helps whose match has this score."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, SLOPE * score + OFFSET))))


class TopicMatch:
    """How a saying matches a request.

    ``shared`` is how much of the request's topic it shares, ``share`` what that is of the whole.
    """

    def __init__(self, useful: float, shared: float, share: float) -> None:
        self.useful = useful
        self.shared = shared
        self.share = share

    @property
    def score(self) -> float:
        """How well it matches, and how useful it looked, in log-odds without a scale."""
        return score_of(self.useful, self.shared, self.share)

    @property
    def likely(self) -> float:
        """How likely it helps."""
        return chance_of(self.score)


def score_of(useful: float, shared: float, share: float) -> float:
    """What `TopicMatch.score` is of such a match."""
    return useful + math.log((_ROOM + shared) * (_ROOM + share))


def matches(
    rows: Rows, user_id: str, text: str, names: Collection[str], least: float = 0.0
) -> dict[int, TopicMatch]:
    """The sayings in these repositories that are this likely, at least, to help."""
    about = topics()
    asked = {term: about.get(term, UNKNOWN) for term in dict.fromkeys(terms(text))}
    asked = {term: weight for term, weight in asked.items() if weight}
    if sum(asked.values()) < FAINTEST:
        return {}
    keys = {key: term for name in names for key, term in keys_of(user_id, name, asked).items()}
    sharing: dict[str, set[int]] = {term: set() for term in asked}
    usefulness: dict[int, float] = {}
    for key, number, useful in rows(_TERMS.format(_marks(keys)), tuple(keys)):
        sharing[keys[key]].add(number)
        usefulness[number] = useful
    all_of = [key for name in names for key in keys_of(user_id, name, [ANY])]
    ((count,),) = rows(_COUNT.format(_marks(all_of)), tuple(all_of))
    shared = dict.fromkeys(usefulness, 0.0)
    whole = 0.0
    for term, weight in asked.items():
        holding = sharing[term]
        rare = weight * max(math.log((count + FEW) / (len(holding) + 1)) + 0.5, 0.0)
        whole += rare
        for number in holding:
            shared[number] += rare
    whole = max(whole, FAINTEST)
    enough = _score_at(least)
    return {
        number: TopicMatch(useful, shared[number], shared[number] / whole)
        for number, useful in usefulness.items()
        if useful >= LEAST_USEFUL
        and score_of(useful, shared[number], shared[number] / whole) >= enough
    }


def _score_at(chance: float) -> float:
    """The score that makes a saying so likely to help."""
    return (math.log(chance / (1 - chance)) - OFFSET) / SLOPE if chance > 0 else -math.inf


def _name(rows: Rows, found: Sequence[Earlier], told: Collection[int]) -> None:
    """Gives what a belief rests on the belief's id, and "" to what is not to be said.

    That is what a belief rests on that is told or was given up, and what contradicts one.
    """
    turns = sorted({each.turn_id for each in found})
    for turn, quote, belief, stance, status in rows(
        _BELIEFS.format(_marks(turns)), (HABIT, *turns)
    ):
        for each in found:
            if each.turn_id != turn or not _overlap(each.text, quote):
                continue
            if stance == CONTRADICTS or status == RETIRED or belief in told:
                each.id = ""
            elif each.id:
                each.id = f"b{belief}"


def _adds(words: Iterable[str]) -> bool:
    """Whether the words that a request does not hold are about something."""
    about = topics()
    return sum(about.get(each, UNKNOWN) for each in words) >= NEW


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one


def _distinct(found: Sequence[Earlier], without: Collection[str]) -> list[Earlier]:
    """The first of what says the same, in its newest words; none of what was told before."""
    groups: list[list[Earlier]] = []
    for each in found:
        for group in groups:
            if any(_same(each, other) for other in group):
                group.append(each)
                break
        else:
            groups.append([each])
    kept: list[Earlier] = []
    for group in groups:
        ids = {each.id for each in group}
        if ids.isdisjoint(without):
            newest = max(group, key=lambda each: each.at)
            newest.same = ids - {newest.id}
            kept.append(newest)
    turns: set[int] = set()
    return [each for each in kept if each.turn_id not in turns and not turns.add(each.turn_id)]


def _same(one: Earlier, other: Earlier) -> bool:
    """Whether two say the same, or one belief rests on both."""
    shared = len(one.words & other.words)
    return one.id == other.id or shared > SAME * len(one.words | other.words)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
