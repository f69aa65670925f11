"""Which requests recur, and what rules they would be. Pure.

A plain request is an ordinary task, however often it comes. What recurs is a twist that comes
with it, an order, a complaint, something to be left, or words that are said beside any task.
What is proposed wrongly costs more than what is missed, and the thresholds are set so.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from tom_swe.extract.vocabulary import tokens, vocabulary
from tom_swe.model.belief import EVERYWHERE, Reach, Scope
from tom_swe.model.recurring import Recurring, RequestKind, SessionRequest
from tom_swe.text.prose import tidy

# In so many sessions a request comes at least.
FEWEST = {
    RequestKind.TWIST: 3,
    RequestKind.ORDER: 3,
    RequestKind.CHECK: 4,
    RequestKind.TOOL: 3,
    RequestKind.OPINION: 3,
    RequestKind.NEVER: 3,
    RequestKind.RIDER: 4,
}
# A twist comes in such a share of the sessions that ask for the thing, and of those that say its
# word at all: in fewer sessions than `OFTEN`, a higher one.
OF_THING = 0.3
OFTEN = 4
OF_WORD, OF_WORD_IF_FEW = 0.6, 0.75
# A word belongs to a twist, if it comes in so many of the same sessions.
ALONG = 0.6
OF_WORD_ALONG = 0.4
# Opinions are asked for in such a share of all sessions, and a rider comes in such a one; what
# shares more of its sessions with another rider is of a prompt.
OPINIONS = 0.2
OF_SESSIONS = 0.1
MOST_SHARED = 0.5

# By the session, the first request of one kind and key.
type BySession = Mapping[int, SessionRequest]
type Seen = Callable[[str], int]
_NONE: BySession = {}


def recurring(
    requests: Iterable[SessionRequest], seen: Seen, sessions: int
) -> tuple[Recurring, ...]:
    """The requests that recur, those of most sessions first.

    ``seen`` tells in how many sessions the person says a word, ``sessions`` how many there are.
    """
    by_key: dict[tuple[RequestKind, str], dict[int, SessionRequest]] = defaultdict(dict)
    for each in sorted(requests, key=_order):
        by_key[each.kind, each.key].setdefault(each.session_id, each)
    often: dict[RequestKind, dict[str, BySession]] = {kind: {} for kind in RequestKind}
    for (kind, key), found in by_key.items():
        if len(found) >= FEWEST.get(kind, 1):
            often[kind][key] = found
    found = [
        *_twists(often[RequestKind.TWIST], often[RequestKind.HEAD], seen),
        *_checks(often[RequestKind.CHECK]),
        *_worded(RequestKind.ORDER, often[RequestKind.ORDER]),
        *_opinions(often[RequestKind.OPINION], sessions),
        *_worded(RequestKind.TOOL, often[RequestKind.TOOL]),
        *_worded(RequestKind.NEVER, often[RequestKind.NEVER]),
        *_worded(RequestKind.RIDER, _riders(often[RequestKind.RIDER], sessions)),
    ]
    return tuple(sorted(found, key=lambda each: (-each.sessions, each.key)))


def says(statement: str, found: Recurring) -> bool:
    """Whether a statement says what recurs: all that its key names."""
    said = tokens(statement)
    words = {each.word for each in said} | {each.head for each in said}
    if found.kind is RequestKind.CHECK:
        pushed = bool(words & {"push", "commit", "pass"})
        return pushed and any(each.word in vocabulary().checks for each in said)
    if found.kind is RequestKind.OPINION:
        return not words.isdisjoint({"plan", "propose", "suggest", "discuss", "wait"})
    return words.issuperset(found.key.split(" ")[1:])


def _order(request: SessionRequest) -> tuple[object, ...]:
    return request.at, request.host, request.host_id, request.ordinal


def _twists(
    found: Mapping[str, BySession], heads: Mapping[str, BySession], seen: Seen
) -> Iterator[Recurring]:
    strong: dict[str, dict[str, BySession]] = defaultdict(dict)
    weak: dict[str, dict[str, BySession]] = defaultdict(dict)
    for key, requests in found.items():
        head, _, word = key.partition(" ")
        of_thing = len(requests) / len(heads.get(head, _NONE).keys() | requests.keys())
        of_word = len(requests) / max(seen(word), len(requests))
        least = OF_WORD if len(requests) >= OFTEN else OF_WORD_IF_FEW
        if of_thing >= OF_THING and of_word >= least:
            strong[head][word] = requests
        elif of_word >= OF_WORD_ALONG:
            weak[head][word] = requests
    best: dict[str, str] = {}
    for head, words in strong.items():
        for word, requests in words.items():
            other = best.get(word)
            # A word that comes with two things belongs to the one it comes with more often.
            if other is None or (len(requests), head) > (len(strong[other][word]), other):
                best[word] = head
    for head, words in strong.items():
        left: dict[str, BySession] = {w: each for w, each in words.items() if best[w] == head}
        while left:
            first = max(left, key=lambda word: (len(left[word]), word))
            along = {
                word: requests
                for word, requests in (left | weak[head]).items()
                if word == first
                or len(requests.keys() & left[first].keys()) >= ALONG * len(requests)
            }
            twists = tuple(f"{RequestKind.TWIST} {head} {word}" for word in sorted(along))
            yield _twisted(head, first, along).model_copy(update={"keys": twists})
            left = {word: each for word, each in left.items() if word not in along}


def _twisted(head: str, first: str, words: Mapping[str, BySession]) -> Recurring:
    """The rule of a twist of one or more words."""
    requests = dict(words[first])
    for some in words.values():
        for session, request in some.items():
            # The same request, up to another word of the twist: the longest tells it whole.
            if (
                session in requests
                and request.end - request.start > requests[session].end - requests[session].start
            ):
                requests[session] = request
    wording = rule = _typical(requests, words)
    known = vocabulary()
    verb = wording.partition(" ")[0].casefold()
    if verb not in known.asking:
        verb, rule = "make", f"make {wording}"
    return _made(
        RequestKind.TWIST,
        f"{head} {first}",
        requests,
        f"you asked: {wording}. Always?",
        f"When you {verb} {known.articles[head]}: {rule}",
    )


def _checks(failing: Mapping[str, BySession]) -> Iterator[Recurring]:
    """All checks that fail again and again make one rule."""
    if not failing:
        return
    requests: dict[int, SessionRequest] = {}
    for some in failing.values():
        requests = {**some, **requests}
    names = ", ".join(sorted(failing, key=lambda name: (-len(failing[name]), name)))
    yield _made(
        RequestKind.CHECK,
        "",
        requests,
        f"you asked for a check, or said that it fails: {names}. Always before a push?",
        f"Before you push, make sure that these pass: {names}",
    )


def _opinions(found: Mapping[str, BySession], sessions: int) -> Iterator[Recurring]:
    for key, requests in found.items():
        if len(requests) >= OPINIONS * sessions:
            yield _made(
                RequestKind.OPINION,
                key,
                requests,
                "you asked what the agent would do. Always before it changes anything?",
                "Say what you would do, and wait for an answer before you change anything",
            )


def _worded(kind: RequestKind, found: Mapping[str, BySession]) -> Iterator[Recurring]:
    """Rules that are as they were said."""
    for key, requests in found.items():
        wording = _typical(requests, ())
        yield _made(kind, key, requests, f"you asked: {wording}. Always?", tidy(wording))


def _riders(found: Mapping[str, BySession], sessions: int) -> Mapping[str, BySession]:
    return {
        key: requests
        for key, requests in found.items()
        if len(requests) >= OF_SESSIONS * sessions
        and not any(
            len(requests.keys() & other.keys()) > MOST_SHARED * len(requests)
            for name, other in found.items()
            if name != key
        )
    }


def _typical(requests: BySession, words: Iterable[str]) -> str:
    """The wording that stands for the rest: with most of these words, used most, shortest."""
    wanted, known = list(words), vocabulary()
    said = [_trimmed(" ".join(each.words.split())) for each in requests.values()]
    times = Counter(map(str.casefold, said))

    def rank(text: str) -> tuple[int, bool, int, int, str]:
        plain = text.casefold()
        has = sum(word in plain for word in wanted)
        no_verb = plain.partition(" ")[0] not in known.making
        return -has, bool(wanted) and no_verb, -times[plain], len(text), text

    return min(said, key=rank)


_LEADING = frozenset({"in", "on", "to", "into", "with", "as", "and", "then", "also", "please"})


def _trimmed(words: str) -> str:
    """The words from the first one that says something."""
    first, _, rest = words.partition(" ")
    return _trimmed(rest) if rest and first.casefold() in _LEADING else words


def _made(
    kind: RequestKind, key: str, requests: BySession, question: str, statement: str
) -> Recurring:
    scope = _scope(requests.values())
    held = [
        each
        for each in requests.values()
        if scope == EVERYWHERE or each.repository in ("", scope.name)
    ]
    return Recurring(
        key=(name := f"{kind} {key}".strip()),
        keys=(name,),
        kind=kind,
        question=f"In {len(held)} sessions {question}",
        statement=statement,
        scope=scope,
        requests=tuple(sorted(held, key=_order)),
    )


def _scope(requests: Iterable[SessionRequest]) -> Scope:
    """The repository it was asked in; everywhere, where it was asked in several more than once."""
    places = Counter(each.repository for each in requests if each.repository)
    if not places or sum(count > 1 for count in places.values()) > 1:
        return EVERYWHERE
    most = max(places, key=lambda name: (places[name], name))
    return Scope(reach=Reach.REPOSITORY, name=most)
