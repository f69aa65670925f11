"""What can go wrong, as one tree.

TomError                 anything tom raises on purpose; its text says what to do
├── UsageError           the caller asked for something that cannot be (exit code 2)
│   ├── NotFound         an id, session, belief or path that is not there
│   └── SettingsError    a setting that cannot be used
├── SourceError          a foreign transcript, file or folder that cannot be read
├── MemoryFault          the database cannot be used
│   ├── SchemaTooNew     written by a newer tom
│   ├── DatabaseDamaged  pages of it are not as they were written
│   └── MemoryBusy       another process held it for longer than the busy timeout
├── IndexFault           the vector index cannot be used; everything else still works
├── EmbedderUnavailable  no sentence model; everything else still works
└── ModelFault           the language model gave no usable answer; the embedded mind goes on
    ├── ModelUnavailable it cannot be reached, or refuses the key, the name or the request
    ├── ModelBusy        it asks to wait, fails or takes too long, again and again
    ├── BadReply         what it said twice does not fit what was asked, or it refused
    └── BudgetReached    the day's budget, or a limit of tokens, is used up
"""


class TomError(Exception):
    """Anything tom raises on purpose. The text is for the person: what happened, what to do."""


class UsageError(TomError):
    """The caller asked for something that cannot be."""


class NotFound(UsageError):
    """An id, session, belief or path that is not there."""


class SettingsError(UsageError):
    """A setting that cannot be used."""


class SourceError(TomError):
    """A foreign transcript, file or folder that cannot be read."""


class MemoryFault(TomError):
    """The database cannot be used."""


class SchemaTooNew(MemoryFault):
    """The database was written by a newer tom."""


class DatabaseDamaged(MemoryFault):
    """Pages of the database are not as they were written."""


class MemoryBusy(MemoryFault):
    """Another process held the database for longer than the busy timeout."""


class IndexFault(TomError):
    """The vector index cannot be used. Search falls back to the database."""


class EmbedderUnavailable(TomError):
    """No sentence model can be loaded. Search falls back to full text."""


class ModelFault(TomError):
    """The language model gave no usable answer. The embedded mind goes on."""


class ModelUnavailable(ModelFault):
    """The model cannot be reached, or refuses the key, the name or the request."""


class ModelBusy(ModelFault):
    """The model asks to wait, fails or takes too long, again and again."""


class BadReply(ModelFault):
    """What the model said twice does not fit what was asked, or it refused to answer."""


class BudgetReached(ModelFault):
    """The day's budget, or a limit of tokens, is used up."""
