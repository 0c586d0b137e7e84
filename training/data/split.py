"""Train, validation and holdout by a hash of ``user_id``: a rerun on more data keeps people on their side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices

TRAIN_SHARE: Final = 0.64
VALIDATION_SHARE: Final = 0.16  # the remaining 0.20 are the holdout
_SALT: Final = b"split:"  # apart from the hash that routes A/B arms


@dataclass(frozen=True)
class Split:
    """Row numbers of each part."""

    train: Indices
    validation: Indices
    holdout: Indices


def positions(user_ids: Iterable[str]) -> Floats:
    """Return each shopper's fixed position in [0, 1)."""
    digests = b"".join(blake2b(_SALT + user_id.encode(), digest_size=8).digest() for user_id in user_ids)
    return np.frombuffer(digests, dtype=">u8") / 2.0**64


def split(user_ids: Iterable[str]) -> Split:
    """Return which rows are for training, for validation and for the holdout.

    >>> parts = split(str(number) for number in range(12))
    >>> parts.train.tolist(), parts.validation.tolist(), parts.holdout.tolist()
    ([0, 1, 4, 6, 8, 10, 11], [2, 3, 5, 7], [9])
    """
    position = positions(user_ids)
    train = position < TRAIN_SHARE
    holdout = position >= TRAIN_SHARE + VALIDATION_SHARE
    return Split(np.flatnonzero(train), np.flatnonzero(~train & ~holdout), np.flatnonzero(holdout))
