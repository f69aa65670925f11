import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_evals.ppp.objective import advantages, token_mean

REWARDS = st.lists(st.floats(-2, 3), min_size=2, max_size=16).map(np.array)


def test_advantages_by_hand() -> None:
    """Rewards are clipped to 0 and 1, then measured from their mean in unbiased deviations."""
    found = advantages(np.array([0.0, 0.5, 1.0, 1.4, -3.0]))
    clipped = [0.0, 0.5, 1.0, 1.0, 0.0]
    deviation = math.sqrt((0.25 + 0 + 0.25 + 0.25 + 0.25) / 4)
    assert found == pytest.approx([(each - 0.5) / (deviation + 1e-6) for each in clipped])


def test_a_group_of_one_has_mean_0_and_deviation_1() -> None:
    """A session alone is worth its own reward, clipped."""
    assert advantages(np.array([0.4])) == pytest.approx([0.4], abs=1e-6)
    assert advantages(np.array([7.0])) == pytest.approx([1.0], abs=1e-5)


def test_no_group_has_no_advantages() -> None:
    """Without a session there is nothing to compare."""
    with pytest.raises(ValueError, match="without sessions"):
        advantages(np.array([]))


@given(REWARDS)
def test_advantages_of_a_group_sum_to_nothing(rewards: np.ndarray) -> None:
    """What one session is above the mean the others are below it."""
    assert advantages(rewards).sum() == pytest.approx(0.0, abs=1e-6)


@given(REWARDS)
def test_rewards_that_are_alike_move_nothing(rewards: np.ndarray) -> None:
    """Where all sessions of a group earned the same no advantage is far from 0."""
    assert np.abs(advantages(np.full(len(rewards), rewards[0]))).max() < 1e-6


@given(st.lists(st.floats(0, 0.5), min_size=2, max_size=12).map(np.array), st.floats(0, 0.5))
def test_a_bonus_for_all_changes_no_advantage(rewards: np.ndarray, bonus: float) -> None:
    """What every session of a group gets is no reason to prefer one, if nothing is clipped."""
    assert advantages(rewards + bonus) == pytest.approx(advantages(rewards), abs=1e-6)


@given(REWARDS, st.randoms(use_true_random=False))
def test_the_order_of_a_group_says_nothing(rewards: np.ndarray, random) -> None:
    """Sessions in another order have the same advantages in that order."""
    order = list(range(len(rewards)))
    random.shuffle(order)
    assert advantages(rewards[order]) == pytest.approx(advantages(rewards)[order], abs=1e-9)


def test_the_loss_by_hand() -> None:
    """The mean over the three tokens that the policy wrote, with one ratio clipped."""
    before = np.zeros((2, 2))
    now = np.log(np.array([[1.5, 1.1], [0.9, 4.0]]))
    mask = np.array([[1.0, 1.0], [1.0, 0.0]])
    found = token_mean(now, before, np.array([2.0, -1.0]), mask)
    # 1.2 * 2 is clipped; 1.1 * 2 is free; min(-0.9, -0.9); the last token was told.
    assert found.value == pytest.approx(-(2.4 + 2.2 - 0.9) / 3)
    assert found.gradient == pytest.approx(np.array([[0.0, -2.2 / 3], [0.9 / 3, 0.0]]))


def test_all_tokens_count_alike_whatever_the_length_of_their_session() -> None:
    """A long session weighs more than a short one: the mean is over tokens, not sessions."""
    mask = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    zeros = np.zeros((2, 3))
    found = token_mean(zeros, zeros, np.array([1.0, -1.0]), mask)
    assert found.value == pytest.approx(-(3 - 1) / 4)


def test_no_token_no_loss() -> None:
    """Sessions in which the policy wrote nothing teach nothing."""
    zeros = np.zeros((2, 3))
    found = token_mean(zeros, zeros, np.array([1.0, -1.0]), zeros)
    assert found.value == 0.0
    assert not found.gradient.any()


@st.composite
def losses(draw):
    """Arguments of a loss whose ratios are not at a bend of the clipping."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ratio = random.choice([0.5, 0.7, 0.9, 1.05, 1.1, 1.4, 2.0], size=shape)
    before = -random.random(shape)
    mask = (random.random(shape) < 0.7).astype(float)
    return before + np.log(ratio), before, random.normal(size=shape[0]), mask


@given(losses())
def test_the_gradient_is_that_of_the_loss(given_) -> None:
    """Moving any one log-probability a little moves the loss as the gradient says."""
    now, before, advantage, mask = given_
    found = token_mean(now, before, advantage, mask)
    step = 1e-6
    for at in np.ndindex(*now.shape):
        up, down = now.copy(), now.copy()
        up[at] += step
        down[at] -= step
        slope = (
            token_mean(up, before, advantage, mask).value
            - token_mean(down, before, advantage, mask).value
        ) / (2 * step)
        assert found.gradient[at] == pytest.approx(slope, abs=1e-6)


@given(losses(), st.floats(-5, 5))
def test_what_the_policy_was_told_pulls_on_nothing(given_, shift: float) -> None:
    """Masked tokens have no gradient, and whatever their probabilities the loss is the same."""
    now, before, advantage, mask = given_
    found = token_mean(now, before, advantage, mask)
    assert not found.gradient[mask == 0].any()
    elsewhere = now + shift * (1 - mask)
    assert token_mean(elsewhere, before, advantage, mask).value == pytest.approx(found.value)


@given(losses())
def test_more_padding_changes_nothing(given_) -> None:
    """A wider batch has the same loss."""
    now, before, advantage, mask = given_
    wider = [np.pad(each, ((0, 0), (0, 3))) for each in (now, before, mask)]
    found = token_mean(wider[0], wider[1], advantage, wider[2])
    assert found.value == pytest.approx(token_mean(now, before, advantage, mask).value)
