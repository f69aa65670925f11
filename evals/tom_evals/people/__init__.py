"""The simulated user of all benchmarks."""

from tom_evals.people.person import Asked, Behaviour, Finder, Found, Person, Traits, Unasked
from tom_evals.people.talk import Answer, Exchange, Level, Manner, Said, User

__all__ = [
    "Answer",
    "Asked",
    "Behaviour",
    "Exchange",
    "Finder",
    "Found",
    "Level",
    "Manner",
    "Person",
    "Said",
    "Traits",
    "Unasked",
    "User",
]
