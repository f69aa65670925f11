import asyncio
import json
from importlib import resources
from pathlib import Path

import pytest

pytest.importorskip("verl", reason="needs verl 0.9, in an environment of its own")
pytest.importorskip("verl.experimental.agent_loop.agent_loop", reason="needs verl with its extras")

from omegaconf import OmegaConf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from verl.experimental.agent_loop.agent_loop import AgentLoopBase, AgentLoopOutput, DictConfigWrap
from verl.workers.rollout.replica import TokenOutput

from tom_evals.ppp.data import as_json, places_file, rows_of, write
from tom_evals.ppp.verl.agent_loop import UserVilleLoop
from tom_evals.ppp.verl.reward import compute_score
from tom_evals.userville.index import of_tasks
from tom_evals.userville.task import of_toys

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of libraries, on each other
]

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CONFIGURATION = resources.files("tom_evals.ppp.verl")


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer of single bytes, with a template for chats."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({letter: at for at, letter in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    marks = ["<|system|>", "<|user|>", "<|assistant|>"]
    found = PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token="<|end|>",
        pad_token="<|pad|>",
        additional_special_tokens=marks,
    )
    found.chat_template = TEMPLATE
    return found


class Says:
    """A server whose model says these things, one after the other."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, *turns: str) -> None:
        self._tokenizer = tokenizer
        self._turns = iter(turns)
        self.seen: list[str] = []

    async def generate(self, *, request_id, prompt_ids, sampling_params) -> TokenOutput:
        self.seen.append(self._tokenizer.decode(prompt_ids))
        ids = self._tokenizer(f"{next(self._turns)}<|end|>", add_special_tokens=False)["input_ids"]
        return TokenOutput(token_ids=ids, log_probs=[-0.5] * len(ids))


def played(tokenizer, tmp_path: Path, *turns: str) -> tuple[AgentLoopOutput, Says, dict]:
    """A session on the first toy, by verl's agent loop."""
    toys = of_toys()[:1]
    write(list(rows_of(toys)), of_tasks(toys), tmp_path / "train.jsonl")
    row = json.loads(json.dumps(as_json(next(rows_of(toys)), 0)))
    rollout = {"prompt_length": 4096, "response_length": 4096}
    server = Says(tokenizer, *turns)

    async def session() -> AgentLoopOutput:
        loop = UserVilleLoop(
            trainer_config=DictConfigWrap(
                OmegaConf.create({"actor_rollout_ref": {"rollout": rollout}})
            ),
            server_manager=server,
            tokenizer=tokenizer,
            processor=None,
            dataset_cls=None,
            data_config=DictConfigWrap(OmegaConf.create({})),
            places=str(places_file(tmp_path / "train.jsonl")),
        )
        return await loop.run(
            {"temperature": 1.0}, raw_prompt=row["prompt"], extra_info=row["extra_info"]
        )

    return asyncio.run(session()), server, row


def test_the_loop_masks_all_but_what_the_policy_wrote(tokenizer, tmp_path: Path) -> None:
    """A question, a search and an answer: the mask has those three turns and nothing that was told,
    and verl's reward is that of the session.
    """
    toy = of_toys()[0]
    turns = (
        "<ask>What should happen instead?</ask>",
        f"<search>{toy.functions[0].replace('_', ' ')}</search>",
        "<answer>\n" + "\n".join(toy.functions) + "\n</answer>",
    )
    found, server, row = played(tokenizer, tmp_path, *turns)
    written = [
        token for token, own in zip(found.response_ids, found.response_mask, strict=True) if own
    ]
    assert tokenizer.decode(written) == "".join(f"{turn}<|end|>" for turn in turns)
    assert len(found.response_logprobs) == len(found.response_mask)
    assert tokenizer.decode(found.prompt_ids) == server.seen[0]
    assert server.seen[0].endswith("<|assistant|>")
    assert toy.vague in server.seen[0]
    assert toy.functions[0] in server.seen[2]
    assert found.num_turns == 6
    # What the reward manager hands on: the row's own columns, and the loop's fields beside them.
    scored = compute_score("userville", "", "", {**row["extra_info"], **found.extra_fields})
    assert scored["productivity"] == 1.0
    assert (scored["asks"], scored["is_proactive"]) == (1.0, 1.0)
    assert scored["score"] == 1.0


def test_what_cannot_be_read_ends_a_session(tokenizer, tmp_path: Path) -> None:
    """Without an answer, and with nothing to show for it."""
    found, server, row = played(tokenizer, tmp_path, "I do not know.")
    assert len(server.seen) == 1
    scored = compute_score("userville", "", "", {**row["extra_info"], **found.extra_fields})
    assert (scored["productivity"], scored["score"]) == (0.0, 0.0)


def test_the_configuration_sets_what_verl_knows(monkeypatch) -> None:
    """Composed with verl's own as the how-to says, PPP's numbers are there, none of them under a
    name that verl has not, and verl finds the agent loop and the reward.
    """
    from hydra import compose, initialize_config_dir, initialize_config_module
    from verl.trainer.ppo.reward import get_custom_reward_fn

    for name in ("TRAIN", "TEST", "PLACES"):
        monkeypatch.setenv(f"USERVILLE_{name}", f"/tmp/{name}")
    overrides = [
        "hydra.searchpath=[pkg://verl.trainer.config]",
        f"reward.custom_reward_function.path={CONFIGURATION / 'reward.py'}",
        "reward.custom_reward_function.reward_kwargs.arm=task-only",
    ]
    with initialize_config_dir(str(CONFIGURATION), version_base=None):
        found = compose("ppp", overrides)
    with initialize_config_module("verl.trainer.config", version_base=None):
        theirs = compose("ppo_trainer")

    def unknown(mine, whole, path=""):
        for key, value in mine.items_ex(resolve=False):
            at = f"{path}.{key}".strip(".")
            if at in {"defaults", "reward.custom_reward_function.reward_kwargs"}:
                continue
            if key not in set(whole.keys()):  # what has only to be set is missing, not unknown
                yield at
            elif OmegaConf.is_dict(value):
                yield from unknown(value, whole[key], at)

    assert list(unknown(OmegaConf.load(str(CONFIGURATION / "ppp.yaml")), theirs)) == []
    assert found.algorithm.adv_estimator == "grpo"
    assert found.actor_rollout_ref.rollout.n == 8
    assert found.actor_rollout_ref.actor.optim.lr == 1e-6
    assert found.data.train_files == "/tmp/TRAIN"
    row = next(rows_of(of_toys()))
    lost = {"answer": "", "exchanges": [("Which file?", "It is there.", 4, None, 0)]}
    extra = {**as_json(row, 0)["extra_info"], "userville": json.dumps(lost)}
    score = get_custom_reward_fn(found)(
        data_source="userville", solution_str="", ground_truth="", extra_info=extra
    )
    assert (score["score"], score["proactivity"]) == (0.0, -0.5)
    (agent,) = OmegaConf.load(str(CONFIGURATION / "agents.yaml"))
    assert agent["_target_"] == f"{UserVilleLoop.__module__}.{UserVilleLoop.__qualname__}"
    assert issubclass(UserVilleLoop, AgentLoopBase)
    assert agent.places == "/tmp/PLACES"
    assert agent.person == ""
