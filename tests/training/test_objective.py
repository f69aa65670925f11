import numpy as np
import pytest

pytest.importorskip("trl", reason="needs tom-evals[train]: tools/setup.sh train")

import torch
from datasets import Dataset
from transformers import LlamaConfig, LlamaForCausalLM
from trl import GRPOConfig, GRPOTrainer

from tom_evals.ppp.objective import advantages, token_mean
from tom_evals.ppp.tiny import tokenizer_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of libraries, on each other
]

GROUP = 4
REWARDS = [0.0, 0.3, 1.0, 1.0, 0.2, 0.2, 0.25, 0.9]
TRL_EPSILON = 1e-4


@pytest.fixture(params=["dapo", "bnpo"])
def trainer(request, tmp_path, monkeypatch):
    """TRL's own trainer, whose sessions are drawn here: two groups, told tokens among them."""
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    tokenizer = tokenizer_of(["one two three four five six seven"])
    torch.manual_seed(3)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            initializer_range=0.5,
        )
    )
    random = np.random.default_rng(5)
    lengths = random.integers(3, 9, size=len(REWARDS))

    def play(prompts, _trainer):
        return {
            "prompt_ids": [[3, 4]] * len(prompts),
            "completion_ids": [random.integers(3, 9, size=n).tolist() for n in lengths],
            "env_mask": [[1, *random.integers(0, 2, size=n - 1).tolist()] for n in lengths],
            "logprobs": None,
            "total": REWARDS,
        }

    made = GRPOTrainer(
        model=model,
        reward_funcs=lambda *, total, **_: total,
        args=GRPOConfig(
            str(tmp_path),
            per_device_train_batch_size=len(REWARDS),
            num_generations=GROUP,
            loss_type=request.param,
            scale_rewards="group",
            epsilon=0.2,
            beta=0.0,
            bf16=False,
            use_cpu=True,
            gradient_checkpointing=False,
            report_to="none",
        ),
        train_dataset=Dataset.from_list([{"prompt": "one"}, {"prompt": "two"}]),
        processing_class=tokenizer,
        rollout_func=play,
    )
    made.current_gradient_accumulation_steps = 1
    return made


def scored(trainer):
    """What TRL makes of the sessions, with other probabilities by the policy that wrote them."""
    prompts = [{"prompt": name} for name in ("one", "two") for _ in range(GROUP)]
    batch = trainer._generate_and_score_completions(prompts)
    torch.manual_seed(7)
    now = log_probabilities(trainer, batch)
    batch["old_per_token_logps"] = (now + 0.4 * torch.randn_like(now)).detach()
    return batch


def log_probabilities(trainer, batch):
    """Of each token of the completions, by the policy as it is."""
    ids = torch.cat([batch["prompt_ids"], batch["completion_ids"]], dim=1)
    mask = torch.cat([batch["prompt_mask"], batch["completion_mask"]], dim=1)
    logits = trainer.model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    found = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return found[:, -batch["completion_ids"].shape[1] :]


def ours(trainer, batch):
    """The loss that the project says is trained with, of the same numbers."""
    as_array = {name: each.detach().double().numpy() for name, each in batch.items()}
    return token_mean(
        log_probabilities(trainer, batch).detach().double().numpy(),
        as_array["old_per_token_logps"],
        as_array["advantages"],
        as_array["completion_mask"] * as_array["tool_mask"],
    )


def test_the_advantages_are_trls(trainer) -> None:
    """Group by group, but for TRL's larger number against division by zero."""
    found = scored(trainer)["advantages"].numpy()
    groups = np.array(REWARDS).reshape(-1, GROUP)
    expected = np.concatenate([advantages(each, epsilon=TRL_EPSILON) for each in groups])
    assert found == pytest.approx(expected, abs=1e-5)
    assert found == pytest.approx(np.concatenate([advantages(each) for each in groups]), abs=1e-2)


def test_the_loss_is_trls(trainer) -> None:
    """The mean over the tokens that the policy wrote, clipped, to 1e-5."""
    batch = scored(trainer)
    assert (batch["tool_mask"] == 0).any()
    assert trainer._compute_loss(trainer.model, batch).item() == pytest.approx(
        ours(trainer, batch).value, abs=1e-5
    )


def test_the_gradient_is_trls(trainer) -> None:
    """Every weight of the policy is pulled alike by TRL's loss and by this one's gradient."""
    batch = scored(trainer)
    weights = list(trainer.model.parameters())
    theirs = torch.autograd.grad(trainer._compute_loss(trainer.model, batch), weights)
    pulled = log_probabilities(trainer, batch)
    along = torch.tensor(ours(trainer, batch).gradient, dtype=pulled.dtype)
    for one, other in zip(
        theirs, torch.autograd.grad((pulled * along).sum(), weights), strict=True
    ):
        assert torch.allclose(one, other, atol=1e-5)
