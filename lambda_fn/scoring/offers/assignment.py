"""Who is left without an offer, who gets one by chance, and who gets the best one: keyed hashes, known propensities.

Each shopper's group follows from HMAC-SHA256 of the id under a key that stays private. Nobody outside can tell or
choose a group, and an answer that is asked for twice is the same twice. Control, exploration and challenger are hashed
apart, so that no group tells anything about another, and a shopper stays in the control group whatever the model.

The propensity is marginal over the key: the chance, before the key is drawn, that a shopper with these allowed offers
and this greedy offer gets an offer. It does not condition on the shopper's group. A log of many shoppers under one key
is a sample from it, which is what off-policy evaluation needs. It does condition on the model: each arm of a trial is a
log of its own.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from lambda_fn.scoring.arrays import Bools, Floats, Indices

GROUPS: Final = ("control", "explore", "exploit")
CONTROL, EXPLORE, EXPLOIT = range(3)
NONE: Final = 0  # the choice that makes no offer, as in ``Policy.choices``
KEY_BYTES: Final = 32
DECISION_ID_CHARACTERS: Final = 24
SHOPPER_HASH_CHARACTERS: Final = 16
_NUMBER_BYTES: Final = 8
_DROPPED_BITS: Final = 11  # a float64 holds 53 bits of the hash's 64
_UNIT: Final = 2.0 ** (_DROPPED_BITS - 64)


class Assignment(BaseModel):
    """The shares of a routing, and which key they are drawn with.

    ``control_share``: of all shoppers, who never get an offer.
    ``explore_share``: of the others, who get one of their allowed offers, or none, by chance.
    ``challenger_share``: of all shoppers, whom the challenger scores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(default=1, ge=1)
    key_id: str = Field(default="", max_length=64)
    control_share: float = Field(default=0.0, ge=0, le=1)
    explore_share: float = Field(default=0.0, ge=0, le=1)
    challenger_share: float = Field(default=0.0, ge=0, le=1)


@dataclass(frozen=True)
class Draws:
    """What the hashes say of n shoppers.

    ``group``: index into GROUPS, shape (n,)
    ``pick``: which allowed offer an exploring shopper gets, in [0, 1), shape (n,)
    """

    group: Indices
    pick: Floats


@dataclass(frozen=True)
class Chosen:
    """What n shoppers get.

    ``choice``: index into the policy's choices, shape (n,)
    ``propensities``: of every choice, shape (n, choices); each row sums to 1
    """

    choice: Indices
    propensities: Floats


class Assigner:
    """The hashes of one assignment under its key.

    >>> assigner = Assigner(Assignment(control_share=0.5), b"a key of at least 32 random bytes")
    >>> [GROUPS[group] for group in assigner.draw([b"1001", b"1002", b"1003"]).group]
    ['exploit', 'exploit', 'control']
    """

    def __init__(self, assignment: Assignment, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"the assignment's key needs at least {KEY_BYTES} bytes; it has {len(key)}")
        self.assignment = assignment
        self._key = key

    def sharing(self, assignment: Assignment) -> Assigner:
        """Return the hashes of the same key with other shares."""
        return Assigner(assignment, self._key)

    def draw(self, ids: Sequence[bytes] | NDArray[np.bytes_]) -> Draws:
        """Return the groups of shoppers by their ids (UTF-8). One id or many: a shopper's answer is the same."""
        shares = self.assignment
        wanted = ((b"explore", shares.explore_share), (b"control", shares.control_share))
        purposes = [purpose for purpose, share in wanted if share]  # no row is hashed for nothing
        numbers = dict(zip(purposes, uniforms(self._key, purposes, ids), strict=True))
        group = np.full(len(ids), EXPLOIT, np.intp)
        pick = np.zeros(len(ids))
        if b"explore" in numbers:
            group[numbers[b"explore"][:, 0] < shares.explore_share] = EXPLORE
            pick = numbers[b"explore"][:, 1]
        if b"control" in numbers:
            group[numbers[b"control"][:, 0] < shares.control_share] = CONTROL
        return Draws(group, pick)

    def challenged(self, ids: Sequence[bytes] | NDArray[np.bytes_], experiment: str = "") -> Bools:
        """Return whom the challenger scores, shape (n,). Different experiments draw different shoppers."""
        share = self.assignment.challenger_share
        if not share:
            return np.zeros(len(ids), bool)
        [numbers] = uniforms(self._key, (b"challenger" + experiment.encode(),), ids)
        return np.asarray(numbers[:, 0] < share)

    def shopper_hash(self, shopper: bytes) -> str:
        """Return what the log knows a shopper by."""
        return _digest(self._key, b"shopper", shopper).hex()[:SHOPPER_HASH_CHARACTERS]

    def decision_id(self, shopper: bytes, model: str, moment: str) -> str:
        """Return the id of one decision. The same shopper, model and moment (or batch job) give the same id."""
        message = b"\0".join((shopper, model.encode(), moment.encode()))
        return _digest(self._key, b"decision", message).hex()[:DECISION_ID_CHARACTERS]


def propensities(allowed: Bools, greedy: Indices, assignment: Assignment) -> Floats:
    """Return the chance of every choice, shape (n, choices), from the one mixture of control, explore and exploit.

    ``c [none] + (1 - c) (e / |allowed| [allowed] + (1 - e) [greedy])``, where c is the control share and e the explore
    share. ``allowed`` has shape (n, choices), and "none", its first column, is always allowed.
    """
    control, explore = assignment.control_share, assignment.explore_share
    chances: Floats = allowed * ((1 - control) * explore / allowed.sum(axis=1, keepdims=True))
    chances[np.arange(len(greedy)), greedy] += (1 - control) * (1 - explore)
    chances[:, NONE] += control
    return chances


def choose(allowed: Bools, greedy: Indices, draws: Draws, assignment: Assignment) -> Chosen:
    """Return what each shopper gets, and with which propensities; ``greedy`` must be allowed."""
    rank = (draws.pick * allowed.sum(axis=1)).astype(np.intp)
    picked = (allowed.cumsum(axis=1) > rank[:, None]).argmax(axis=1)
    choice = np.select([draws.group == CONTROL, draws.group == EXPLORE], [np.full_like(greedy, NONE), picked], greedy)
    return Chosen(choice, propensities(allowed, greedy, assignment))


def with_none(eligible: Bools) -> Bools:
    """Return the allowed choices, shape (n, 1 + offers), from the offers that a shopper may get, shape (n, offers)."""
    allowed = np.ones((len(eligible), 1 + eligible.shape[1]), bool)
    allowed[:, 1:] = eligible
    return allowed


def uniforms(key: bytes, purposes: Sequence[bytes], ids: Sequence[bytes] | NDArray[np.bytes_]) -> Floats:
    """Return two numbers in [0, 1) for each purpose and id, shape (purposes, n, 2); all are independent."""
    size = 2 * _NUMBER_BYTES
    hashed = b"".join([_digest(key, purpose, bytes(shopper))[:size] for purpose in purposes for shopper in ids])
    numbers = np.frombuffer(hashed, dtype=">u8").reshape(len(purposes), len(ids), 2)
    drawn: Floats = np.multiply(numbers >> np.uint64(_DROPPED_BITS), _UNIT, dtype=np.float64)
    return drawn


def _digest(key: bytes, purpose: bytes, message: bytes) -> bytes:
    return hmac.digest(key, purpose + b"\0" + message, "sha256")
