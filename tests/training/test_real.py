from pathlib import Path

import pytest

pytest.importorskip("trl", reason="needs tom-evals[train]: tools/setup.sh train")

from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from typer.testing import CliRunner

from tom_evals.__main__ import app
from tom_evals.ppp.data import rows_of, write
from tom_evals.ppp.real import Chat
from tom_evals.ppp.speech import Ask
from tom_evals.ppp.steps import Steps
from tom_evals.ppp.tiny import tokenizer_of
from tom_evals.userville.index import of_tasks
from tom_evals.userville.task import of_toys

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of libraries, on each other
]

TEMPLATE = (
    "{% for m in messages %}{{ m.role }} : {{ m.content }} <end> {% endfor %}"
    "{% if add_generation_prompt %}assistant : {% endif %}"
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that knows nothing, with a template for chats, as it lies in a folder."""
    tokenizer = tokenizer_of(["user : assistant system What happens ? tabs", TEMPLATE])
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(tmp_path / "model")
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    ).save_pretrained(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """The rows of two toy tasks."""
    toys = of_toys()[:2]
    write(list(rows_of(toys)), of_tasks(toys), tmp_path / "train.jsonl")
    return tmp_path / "train.jsonl"


def test_a_chat_goes_on_as_its_template_has_it(model: Path) -> None:
    """Beginning, the policy's turn, reply and what leads to the next turn are the template's text
    of the whole chat.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    row = next(rows_of(of_toys()))
    chat = Chat(tokenizer, [row])
    turn = tokenizer("What happens ? <end>")["input_ids"]
    messages = [
        {"role": "user", "content": row.task.vague},
        {"role": "assistant", "content": "What happens ?"},
        {"role": "user", "content": "tabs"},
    ]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert (chat.opened(row.name) + turn + chat.replied(row.name, "tabs"))[-len(turn) - 5 :] == (
        tokenizer(text, add_special_tokens=False)["input_ids"][-len(turn) - 5 :]
    )


def test_what_a_model_says_is_read_by_its_marks(tmp_path: Path) -> None:
    """Marks of more than one token are read from the text."""
    tokenizer = tokenizer_of(["<ask> What happens ? </ask> user assistant"])
    tokenizer.chat_template = TEMPLATE
    chat = Chat(tokenizer, [])
    tokens = tokenizer("<ask> What happens ? </ask> <end>")["input_ids"]
    assert chat.said(tokens) == Ask("What happens ?")
    assert chat.said(tokens[:3]) is None


def test_a_model_in_a_folder_is_trained_on_rows(model: Path, tasks: Path, tmp_path: Path) -> None:
    """Two steps by the command: rows of both, and a model that can be loaded."""
    given = ["--model", str(model), "--tasks", str(tasks), "--steps", "2"]
    done = CliRunner().invoke(app, ["ppp", "train", *given, "--work", str(tmp_path / "work")])
    assert done.exit_code == 0, done.output
    assert [row.step for row in Steps(tmp_path / "work" / "steps.jsonl").rows()] == [0, 1]
    AutoModelForCausalLM.from_pretrained(tmp_path / "work" / "model")


def test_tasks_that_are_not_there_say_what_to_do(model: Path, tmp_path: Path) -> None:
    """Exit 1, and the command that writes them."""
    given = ["--model", str(model), "--tasks", str(tmp_path / "none.jsonl")]
    done = CliRunner().invoke(app, ["ppp", "train", *given, "--work", str(tmp_path)])
    assert done.exit_code == 1
    assert "ppp data --out" in done.output
