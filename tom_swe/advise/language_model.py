"""Advice by a language model, beside the adviser that needs none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tom_swe.advise.ask_preferences.preference import AskPreferences, ask_preferences_of
from tom_swe.advise.embedded import EmbeddedAdviser, background, confidence_of, in_time, what_to_do
from tom_swe.advise.forms import (
    AskForm,
    LastStepForm,
    ProceedForm,
    ReadForm,
    SearchForm,
    StepForm,
    WishForm,
)
from tom_swe.advise.recall import in_force
from tom_swe.advise.shown import SURE, recalled_lines, request_lines
from tom_swe.errors import ModelFault, NotFound
from tom_swe.llm.outage import Outage
from tom_swe.llm.prompts import render
from tom_swe.model.advice import Action, Missing, Query, Recalled, Suggestion
from tom_swe.model.belief import Belief, Kind
from tom_swe.model.calls import Message, Prompt, Purpose, Usage
from tom_swe.model.user import UserModel
from tom_swe.ports import LanguageModel, Library
from tom_swe.text.safe import plain
from tom_swe.text.transcript import transcript

MOST_STEPS = 3
REPLY_TOKENS = 500
# How much of what memory holds goes in with the request, and how much a look into it brings.
RECALLED_TOKENS, LOOKED_UP_TOKENS = 900, 500
# A request at least so clear is not worth a call where what is known is sure.
PLAIN = 0.7
QUESTION, WISH, OPTION, REASON = 300, 240, 80, 240  # characters
MOST_WISHES, MOST_OPTIONS = 4, 5
WITHOUT = "advice is given without it"
NOTHING = '{"memory": "nothing more on this"}'


class ModelAdviser:
    """At most three calls over read-only look-ups; the last has to answer.

    A clear request on which sure beliefs bear, or none at all, costs no call. Neither does a
    message that asks for nothing. All calls of one consult together send at most
    ``most_tokens`` tokens, by estimate before each. What the model says of the person counts
    only where it cites beliefs that it was shown; how sure the answer is comes from them.
    Where no answer is to be had, the other adviser's stands. ``say`` is told so once.
    """

    def __init__(
        self,
        model: LanguageModel,
        embedded: EmbeddedAdviser,
        *,
        most_tokens: int,
        say: Callable[[str], None],
    ) -> None:
        self._model = model
        self._embedded = embedded
        self._most_tokens = most_tokens
        self._outage = Outage(say)

    def advise(
        self, query: Query, user: UserModel, recalled: Recalled, library: Library
    ) -> Suggestion:
        """Whether to proceed or to ask, with what the person would want."""
        embedded = self._embedded.advise(query, user, recalled, library)
        if _is_plain(embedded, _applying(query, user)) or self._outage.lasts:
            return embedded
        # A model judges by itself which beliefs bear on a request.
        wide = recalled.model_copy(update={"beliefs": library.search(query.text).beliefs})
        consult = _Consult(self._model, query, ask_preferences_of(user.beliefs), wide, library)
        try:
            answer = consult.answer(self._most_tokens)
        except ModelFault as error:
            self._outage.note(error, WITHOUT)
            reason = f"{embedded.reasoning} Without the language model: {error}.".strip()
            return embedded.model_copy(update={"reasoning": reason})
        return consult.suggestion(answer, embedded)


def _applying(query: Query, user: UserModel) -> list[Belief]:
    """The beliefs that hold where the request was made and tell an agent something to do."""
    here = in_force(user.beliefs, query.repository, query.languages, query.names)
    return [each for each in here if each.is_pinned or each.kind is not Kind.HABIT]


def _is_plain(embedded: Suggestion, applying: Sequence[Belief]) -> bool:
    """Whether a model has nothing to add."""
    clarity = embedded.clarity
    if not clarity.is_request:
        return True
    if embedded.action is Action.ASK or clarity.score < PLAIN:
        return False
    return all(belief.confidence >= SURE for belief in applying)


class _Consult:
    """One request's way through its steps."""

    def __init__(
        self,
        model: LanguageModel,
        query: Query,
        ask_preferences: AskPreferences,
        recalled: Recalled,
        library: Library,
    ) -> None:
        self._model = model
        self._manner = ask_preferences
        self._library = library
        self._query = query
        self._shown = {belief.id: belief for belief in recalled.beliefs}
        self._sessions = {turn.session_id for turn in recalled.turns}
        self._system = render("advising")
        self._lines = recalled_lines(recalled, RECALLED_TOKENS)
        lines = [*request_lines(query, ask_preferences), *(self._lines or [NOTHING])]
        self._messages = [Message(role="user", text="\n".join(lines))]
        self._used = Usage()

    def answer(self, most_tokens: int) -> ProceedForm | AskForm:
        """The step that answers. Raises ModelFault."""
        for _ in range(MOST_STEPS - 1):
            # A look into memory has to leave room for the answer, which repeats all of this.
            now = self._model.usage(self._prompt(), StepForm, 0).tokens_in
            if self._used.tokens_in + 2 * now + LOOKED_UP_TOKENS > most_tokens:
                break
            step = self._ask(StepForm).step
            if isinstance(step, ProceedForm | AskForm):
                return step
            self._look_up(step)
        return self._ask(LastStepForm).step

    def _prompt(self) -> Prompt:
        return Prompt(system=self._system, messages=tuple(self._messages))

    def _ask[Form: StepForm | LastStepForm](self, form: type[Form]) -> Form:
        answer = self._model.ask(
            self._prompt(), form, purpose=Purpose.ADVISING, most_tokens=REPLY_TOKENS
        )
        self._used += answer.usage
        self._messages.append(Message(role="assistant", text=answer.reply.model_dump_json()))
        return answer.reply

    def _look_up(self, step: SearchForm | ReadForm) -> None:
        if isinstance(step, SearchForm):
            found = self._library.search(step.query)
            self._shown.update({belief.id: belief for belief in found.beliefs})
            self._sessions.update(turn.session_id for turn in found.turns)
            new = recalled_lines(found, LOOKED_UP_TOKENS, without=self._lines)
            self._lines += new
            text = "\n".join(new or [NOTHING])
        else:
            text = self._session(step.session)
        self._messages.append(Message(role="user", text=text))

    def _session(self, session_id: int) -> str:
        """A session that was seen among what was recalled; no other can be read."""
        if session_id in self._sessions:
            try:
                return transcript(self._library.session(session_id), LOOKED_UP_TOKENS)
            except NotFound:
                pass  # forgotten since
        return '{"error": "no such session among those you were shown"}'

    def suggestion(self, answer: ProceedForm | AskForm, embedded: Suggestion) -> Suggestion:
        """The answer, with what holds of it, in the person's manner.

        Beliefs that it cites are those that it was shown. An answer to ask without a
        question is one to proceed.
        """
        wishes = [
            (plain(wish.text, WISH), cited)
            for wish in answer.wishes[:MOST_WISHES]
            if (cited := self._cited(wish)) and wish.text.strip()
        ]
        asked = self._questions(answer) if isinstance(answer, AskForm) else ()
        # What cannot be taken back is confirmed, whatever a model says.
        is_risky = Missing.CONFIRMATION in embedded.clarity.missing and bool(embedded.questions)
        asked = asked or (embedded.questions if is_risky else ())
        asks, later = in_time(asked, self._query, self._manner, is_risky=is_risky)
        action = Action.ASK if asks else Action.PROCEED
        beliefs = tuple({b.id: b for _, cited in wishes for b in cited}.values())
        lines = what_to_do(asks, later)
        if wishes:
            lines += ["For this request they would want:", *(f"- {text}" for text, _ in wishes)]
        return Suggestion(
            action=action,
            text="\n".join([*lines, *background(beliefs, embedded.turns)]),
            questions=asks,
            when_stuck=later,
            wishes=tuple(text for text, _ in wishes),
            beliefs=beliefs,
            turns=embedded.turns,
            clarity=embedded.clarity,
            confidence=confidence_of(action, embedded.clarity, beliefs),
            reasoning=f"{plain(answer.because, REASON)} (by {self._model.name})",
            usage=self._used,
        )

    def _cited(self, wish: WishForm) -> list[Belief]:
        return [self._shown[each] for each in dict.fromkeys(wish.beliefs) if each in self._shown]

    def _questions(self, answer: AskForm) -> tuple[str, ...]:
        asked: list[str] = []
        for question in answer.questions[: self._manner.questions_at_once]:
            options = [plain(each, OPTION) for each in question.options[:MOST_OPTIONS]]
            text = plain(question.text, QUESTION)
            if text:
                asked.append(f"{text} ({' / '.join(options)})" if len(options) > 1 else text)
        return tuple(asked)
