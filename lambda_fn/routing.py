"""Which model answers, and everything that was done to that: the document ``routing.json`` of the registry."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from lambda_fn.scoring.errors import ModelUnavailable
from lambda_fn.scoring.offers.assignment import KEY_BYTES, Assigner, Assignment

HISTORY_LIMIT: Final = 50
KEY_ID_CHARACTERS: Final = 8
UNKNOWN: Final = "unknown"  # who asked, where AWS could not say
_TOLERANT: Final = ConfigDict(extra="allow")  # fields of a later release are kept, so that it finds them again


class Change(BaseModel):
    """One change of champion.

    champion: the version that was replaced; None for the first promotion.
    replaced_at: when.
    why: the reason, where one was given.
    who: who asked for it, as in ``LogEntry``.
    """

    model_config = _TOLERANT

    champion: str | None
    replaced_at: dt.datetime
    why: str | None = None
    who: str | None = None


Action = Literal["promoted", "rolled back", "challenger", "no challenger", "assignment"]


class LogEntry(BaseModel):
    """One thing done to the routing.

    at: when.
    action: what was done: an ``Action``, or one of a later release.
    version: to which version.
    why: the reason, where one was given.
    who: who asked for it: the ARN under which AWS knows the caller, or UNKNOWN. None where it was not asked, as
        earlier releases did not.
    """

    model_config = _TOLERANT

    at: dt.datetime
    action: str
    version: str
    why: str | None = None
    who: str | None = None


class Routing(BaseModel):
    """Which model answers.

    champion, challenger: versions.
    challenger_share: share of the shoppers, 0 to 1, that the challenger scores.
    control_share: share of all shoppers, 0 to 1, who never get an offer.
    explore_share: share of the others, 0 to 1, who get one of their allowed offers, or none, by chance.
    assignment_version: raised by every change of the two shares.
    assignment_key: what groups are drawn with, in hexadecimal digits. Whoever has it can tell every shopper's group,
        so it leaves the registry in no answer and no log line. A routing of an earlier release has none until it is
        changed; its groups are empty, and its challenger is drawn by a hash without a key.
    history: earlier champions, the latest last. A roll-back takes the last one off.
    log: everything done to the routing, roll-backs included.

    Fields that this release does not know are ignored and kept. A change that it must not ignore raises
    ``format_version``, and it refuses that.
    """

    model_config = _TOLERANT

    format_version: Literal[1] = 1
    champion: str
    challenger: str | None = None
    challenger_share: float = Field(default=0.0, ge=0, le=1)
    control_share: float = Field(default=0.0, ge=0, le=1)
    explore_share: float = Field(default=0.0, ge=0, le=1)
    assignment_version: int = Field(default=1, ge=1)
    assignment_key: str | None = Field(default=None, pattern=rf"^[0-9a-f]{{{2 * KEY_BYTES}}}$", repr=False)
    history: list[Change] = []
    log: list[LogEntry] = []

    @classmethod
    def first(cls, version: str, why: str | None = None, who: str | None = None) -> Routing:
        """Return the routing of a registry that had none."""
        change = Change(champion=None, replaced_at=dt.datetime.now(dt.UTC), why=why, who=who)
        log = [_done("promoted", version, why, who)]
        return cls(champion=version, assignment_key=_new_key(), history=[change], log=log)

    def promoted(self, version: str, why: str | None = None, who: str | None = None) -> Routing:
        """Return the routing with this champion and no challenger, remembering the one that it replaces.

        Control group and exploration stay as they are.
        """
        change = Change(champion=self.champion, replaced_at=dt.datetime.now(dt.UTC), why=why, who=who)
        history = self.history if version == self.champion else [*self.history, change][-HISTORY_LIMIT:]
        return self._answered_by(version, history, _done("promoted", version, why, who))

    def challenged(self, version: str | None, share: float, why: str | None = None, who: str | None = None) -> Routing:
        """Return the routing with a challenger for a share of the shoppers, or with none."""
        action: Action = "challenger" if version else "no challenger"
        done = _done(action, version or self.challenger or "", why, who)
        changes = {"challenger": version, "challenger_share": share if version else 0.0, "log": self._log_with(done)}
        return self.model_copy(update={**changes, "assignment_key": self.assignment_key or _new_key()})

    def assigned(
        self, control: float | None, explore: float | None, why: str | None = None, who: str | None = None
    ) -> Routing:
        """Return the routing with these shares of control group and exploration; None keeps one."""
        changes = {
            "control_share": self.control_share if control is None else control,
            "explore_share": self.explore_share if explore is None else explore,
            "assignment_version": self.assignment_version + 1,
            "assignment_key": self.assignment_key or _new_key(),
            "log": self._log_with(_done("assignment", self.champion, why, who)),
        }
        return self.model_copy(update=changes)

    def rolled_back(self, who: str | None = None) -> Routing:
        """Return the routing with the champion before this one; raise ModelUnavailable where there was none."""
        if not self.history or self.history[-1].champion is None:
            raise ModelUnavailable(f"{self.champion} is the first champion; there is none to roll back to")
        done = _done("rolled back", self.champion, None, who)
        return self._answered_by(self.history[-1].champion, self.history[:-1], done)

    @property
    def assignment(self) -> Assignment:
        """The shares, and which key they are drawn with: what may be shown."""
        key = self.assignment_key
        return Assignment(
            version=self.assignment_version,
            key_id=hashlib.sha256(bytes.fromhex(key)).hexdigest()[:KEY_ID_CHARACTERS] if key else "",
            control_share=self.control_share if key else 0.0,
            explore_share=self.explore_share if key else 0.0,
            challenger_share=self.challenger_share if self.challenger else 0.0,
        )

    def assigner(self) -> Assigner | None:
        """Return what draws the groups; None where there is no key yet."""
        return Assigner(self.assignment, bytes.fromhex(self.assignment_key)) if self.assignment_key else None

    def _answered_by(self, champion: str, history: list[Change], done: LogEntry) -> Routing:
        changes = {"champion": champion, "challenger": None, "challenger_share": 0.0, "history": history}
        key = self.assignment_key or _new_key()
        return self.model_copy(update={**changes, "assignment_key": key, "log": self._log_with(done)})

    def _log_with(self, entry: LogEntry) -> list[LogEntry]:
        return [*self.log, entry][-HISTORY_LIMIT:]


def _new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def _done(action: Action, version: str, why: str | None, who: str | None) -> LogEntry:
    return LogEntry(at=dt.datetime.now(dt.UTC), action=action, version=version, why=why, who=who)
