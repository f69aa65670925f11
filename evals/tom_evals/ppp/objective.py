"""The objective that PPP trains with, in plain arrays: GRPO's advantages, DAPO's token mean.

Nothing here is called in training, which is TRL's or verl's: it says what is trained, is tested on
cases worked by hand, and theirs is tested against it.

PPP: Sun et al., arXiv 2511.02208, and its released code. GRPO: Shao et al., arXiv 2402.03300. PPO:
Schulman et al., arXiv 1707.06347. DAPO: Yu et al., arXiv 2503.14476.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

# What keeps a group of equal rewards from dividing by zero, in PPP's released code.
EPSILON = 1e-6
# PPO's clipping to either side, as in PPP's released configuration.
CLIP = 0.2


class Loss(NamedTuple):
    """A loss and its gradient by the log-probability of each token, (sessions, tokens)."""

    value: float
    gradient: Floats


def advantages(rewards: Floats, *, epsilon: float = EPSILON) -> Floats:
    """How much better each session of a group did than the group, (sessions,).

    ``A = (R - mean R) / (std R + epsilon)`` of rewards clipped to [0, 1], the deviation unbiased
    (n - 1): GRPO, eq. 3 and 4.1.2, with the clipping of PPP. A group of one has mean 0 and
    deviation 1, as in PPP's released code. Raises ValueError where there is no reward.
    """
    if not rewards.size:
        raise ValueError("a group without sessions has no advantages")
    clipped = np.clip(np.asarray(rewards, dtype=np.float64), 0.0, 1.0)
    if clipped.size == 1:
        return clipped / (1.0 + epsilon)
    return (clipped - clipped.mean()) / (clipped.std(ddof=1) + epsilon)


def token_mean(
    now: Floats,
    before: Floats,
    advantage: Floats,
    mask: Floats,
    *,
    low: float = CLIP,
    high: float = CLIP,
) -> Loss:
    """PPO's clipped loss, averaged over all tokens that the policy wrote.

    ``now`` and ``before`` are log-probabilities by the policy that is trained and by the one that
    wrote, (sessions, tokens); ``advantage`` is (sessions,), the same for all tokens of a session;
    ``mask`` is 1 where the policy wrote the token and 0 for what it was told, and for padding.

    ``- sum mask min(r A, clip(r, 1 - low, 1 + high) A) / sum mask`` with ``r = exp(now - before)``:
    the clipping is PPO's eq. 7 with DAPO's two bounds, the mean over tokens instead of over
    sessions DAPO's eq. 8. The loss of no token at all is 0.
    """
    ratio = np.exp(now - before)
    scale = advantage[:, None]
    free, bound = ratio * scale, np.clip(ratio, 1 - low, 1 + high) * scale
    tokens = max(float(mask.sum()), 1.0)
    # Where the bound is the smaller one the ratio no longer counts, so nothing pulls on it.
    pulled = np.where(free <= bound, free, 0.0)
    return Loss(-float((np.minimum(free, bound) * mask).sum()) / tokens, -(pulled * mask) / tokens)
