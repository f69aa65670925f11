"""Which beliefs cannot hold together, and which of two is kept. Pure."""

from collections.abc import Callable

from tom_swe.beliefs.status import sessions
from tom_swe.model.belief import Belief, Observation, Polarity, Source

type SimilarityFunction = Callable[[str, str], float]

# Above this cosine two statements of one polarity say the same. Lower ones merge few paraphrases
# and many opposites: of pairs of written quotes for one preference 7 in 1000 reach .80 and 102 in
# 1000 reach .60, of the catalogue's statements that exclude each other 52 and 340. Paraphrases
# are one belief by their dimension and value, which the reader names.
SAME = 0.80
# What `Similarity` gives a pair that was told to contradict each other; no cosine comes near it.
EXCLUDING = -0.999
# Why one of two ended. The other is named by its id: its words go when they are forgotten.
SUPERSEDED = "superseded"


def conflicts(one: Belief | Observation, other: Belief, similarity: SimilarityFunction) -> bool:
    """Whether both cannot hold in one place. The values of one dimension exclude each other."""
    opposed = one.polarity is not other.polarity
    if one.dimension and one.dimension == other.dimension:
        if one.value and one.value == other.value:
            return opposed
        if one.value and other.value:
            return not opposed and one.polarity is Polarity.FOR
    wordings = one.wordings if isinstance(one, Belief) else (one.statement,)
    found = [similarity(a, b) for a in wordings for b in other.wordings]
    return min(found) <= EXCLUDING or (opposed and max(found) >= SAME)


def outweighs(one: Belief, other: Belief) -> bool:
    """Whether the first of two beliefs that exclude each other is the one to keep.

    A hint of one session outweighs only its like. What was said outweighs what was only seen.
    Of two things said the later one holds, stated outright or not; of two things seen the one
    seen in more sessions, then the later. What the person took up with their own hands was said
    when they did.
    """
    if one.is_hint != other.is_hint:
        return other.is_hint
    if _only_seen(one) != _only_seen(other):
        return _only_seen(other)
    if _only_seen(one):
        mine, theirs = sessions(one.evidence), sessions(other.evidence)
        return (mine, one.last_seen) >= (theirs, other.last_seen)
    return one.last_word >= other.last_word


def _only_seen(belief: Belief) -> bool:
    if belief.is_upheld:
        return False
    return all(each.source is Source.BEHAVIOUR for each in belief.supporting)
