"""A policy of a hundred thousand parameters that is made from nothing in a minute.

It has about a hundred words. From scripted sessions it learns to ask and to answer by what it was
told, all kinds of question alike, so that it is training that tells it which to ask. Needs the
extra ``[train]``.
"""

# torch and transformers are no part of the environment in which types are checked.
# pyright: basic

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import torch  # pyright: ignore[reportMissingImports]
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (  # pyright: ignore[reportMissingImports]
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from tom_evals.ppp.scripts import Piece, replied
from tom_evals.ppp.speech import Answer, Ask, Said
from tom_evals.ppp.words import words

_PAD, _UNKNOWN, _END = "<pad>", "<unknown>", "<end>"
_IGNORED = -100  # what torch's cross entropy leaves out
_WIDTH, _LAYERS, _HEADS = 64, 2, 4
_LONGEST = 192  # tokens of a session
# Far wider than is usual: at 0.02 the copying of a word takes ten times as many steps to be learnt.
_SPREAD = 0.1


class Words:
    """A session in words, each one a token."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self.tokenizer = tokenizer
        self.padding: int = tokenizer.pad_token_id
        self.stops: Sequence[int] = (tokenizer.eos_token_id,)

    def opened(self, prompt: str) -> list[int]:
        """The tokens of a session's beginning."""
        return self.tokens(prompt)

    def replied(self, prompt: str, reply: str) -> list[int]:
        """The tokens of a reply, with the mark that the prompt ends in."""
        return self.tokens(replied(reply, words(prompt)[-1].strip("<>")))

    def said(self, tokens: Sequence[int]) -> Said | None:
        """A turn is one mark, what is said, and the end."""
        match self.tokenizer.convert_ids_to_tokens(list(tokens)):
            case ["<ask>", *query, "<end>"] if query:
                return Ask(" ".join(query))
            case ["<answer>", *entries, "<end>"]:
                return Answer("\n".join(entries))
            case _:
                return None

    def tokens(self, text: str) -> list[int]:
        """The number of each word; one number for all that are not known."""
        return self.tokenizer.convert_tokens_to_ids(words(text))


def tokenizer_of(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """A tokenizer of the words in some texts."""
    found = sorted({word for text in texts for word in words(text)} - {_END})
    numbers = {word: number for number, word in enumerate([_PAD, _UNKNOWN, _END, *found])}
    made = Tokenizer(models.WordLevel(numbers, unk_token=_UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token=_PAD, unk_token=_UNKNOWN, eos_token=_END
    )


def policy_of(tokenizer: PreTrainedTokenizerFast, seed: int) -> LlamaForCausalLM:
    """A policy that has learnt nothing yet."""
    torch.manual_seed(seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=_WIDTH,
            intermediate_size=2 * _WIDTH,
            num_hidden_layers=_LAYERS,
            num_attention_heads=_HEADS,
            max_position_embeddings=_LONGEST,
            initializer_range=_SPREAD,
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


class Scripted(torch.utils.data.Dataset):
    """Scripted sessions, made when they are asked for, always the same ones."""

    def __init__(self, speech: Words, made: Callable[[int], Iterable[Piece]], many: int) -> None:
        self._speech = speech
        self._made = made
        self._many = many

    def __len__(self) -> int:
        return self._many

    def __getitem__(self, number: int) -> tuple[list[int], list[int]]:
        """The tokens of a session, and those to learn from."""
        ids: list[int] = []
        labels: list[int] = []
        for piece in self._made(number):
            tokens = self._speech.tokens(piece.text)
            ids += tokens
            labels += tokens if piece.own else [_IGNORED] * len(tokens)
        return ids, labels

    def batch(self, rows: Sequence[tuple[list[int], list[int]]]) -> dict[str, torch.Tensor]:
        """Sessions side by side, padded at their ends."""
        longest = max(len(ids) for ids, _ in rows)
        return {
            name: torch.tensor([row + [fill] * (longest - len(row)) for row in column])
            for name, fill, column in (
                ("input_ids", self._speech.padding, [ids for ids, _ in rows]),
                ("labels", _IGNORED, [labels for _, labels in rows]),
                ("attention_mask", 0, [[1] * len(ids) for ids, _ in rows]),
            )
        }


def warmed_up(
    speech: Words,
    made: Callable[[int], Iterable[Piece]],
    folder: Path,
    *,
    seed: int,
    steps: int,
    sessions: int = 32,
    rate: float = 3e-3,
) -> Any:
    """A policy that has learnt from ``steps`` batches of scripted sessions."""
    policy = policy_of(speech.tokenizer, seed)
    scripted = Scripted(speech, made, steps * sessions)
    trainer = Trainer(
        policy,
        TrainingArguments(
            str(folder),
            max_steps=steps,
            per_device_train_batch_size=sessions,
            learning_rate=rate,
            lr_scheduler_type="cosine",
            warmup_steps=min(50, steps // 5),
            weight_decay=0.01,
            seed=seed,
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_strategy="no",
            remove_unused_columns=False,
        ),
        data_collator=scripted.batch,
        train_dataset=scripted,
    )
    trainer.train()
    return policy
