"""The model registry: immutable artefacts and one routing document in an S3 bucket.

models/<version>/<file>     Written once. manifest.json comes last: a version without one was never published.
routing.json                Which version is champion, and which is challenger. Every write is conditional.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lambda_fn import s3_errors
from lambda_fn.contract import MODELS_PREFIX, ROUTING_KEY
from lambda_fn.scoring.assignment import KEY_BYTES, Assigner, Assignment
from lambda_fn.scoring.errors import (
    ArtefactRejected,
    ModelUnavailable,
    NothingPromoted,
    RegistryConflict,
    RegistryUnreachable,
    RoutingBroken,
)
from lambda_fn.scoring.manifest import MANIFEST_FILE, MODEL_FILE, Manifest
from lambda_fn.scoring.manifest_formats import read_manifest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HISTORY_LIMIT = 50
KEY_ID_CHARACTERS: Final = 8
ANY_ROUTING = "*"  # an expected ETag that stands for every one
_TOLERANT: Final = ConfigDict(extra="allow")  # fields of a later release are kept, so that it finds them again
_UNREACHABLE = "the model registry does not answer, or not to us"


class Change(BaseModel):
    """One change of champion.

    champion: the version that was replaced; None for the first promotion.
    replaced_at: when.
    why: the reason, where one was given.
    """

    model_config = _TOLERANT

    champion: str | None
    replaced_at: dt.datetime
    why: str | None = None


Action = Literal["promoted", "rolled back", "challenger", "no challenger", "assignment"]


class LogEntry(BaseModel):
    """One thing done to the routing.

    at: when.
    action: what was done: an ``Action``, or one of a later release.
    version: to which version.
    why: the reason, where one was given.
    """

    model_config = _TOLERANT

    at: dt.datetime
    action: str
    version: str
    why: str | None = None


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
    def first(cls, version: str, why: str | None = None) -> Routing:
        """Return the routing of a registry that had none."""
        change = Change(champion=None, replaced_at=dt.datetime.now(dt.UTC), why=why)
        log = [_done("promoted", version, why)]
        return cls(champion=version, assignment_key=_new_key(), history=[change], log=log)

    def promoted(self, version: str, why: str | None = None) -> Routing:
        """Return the routing with this champion and no challenger, remembering the one that it replaces.

        Control group and exploration stay as they are.
        """
        change = Change(champion=self.champion, replaced_at=dt.datetime.now(dt.UTC), why=why)
        history = self.history if version == self.champion else [*self.history, change][-HISTORY_LIMIT:]
        return self._answered_by(version, history, _done("promoted", version, why))

    def challenged(self, version: str | None, share: float, why: str | None = None) -> Routing:
        """Return the routing with a challenger for a share of the shoppers, or with none."""
        done = _done("challenger", version, why) if version else _done("no challenger", self.challenger or "", why)
        changes = {"challenger": version, "challenger_share": share if version else 0.0, "log": self._log_with(done)}
        return self.model_copy(update={**changes, "assignment_key": self.assignment_key or _new_key()})

    def assigned(self, control: float | None, explore: float | None, why: str | None = None) -> Routing:
        """Return the routing with these shares of control group and exploration; None keeps one."""
        changes = {
            "control_share": self.control_share if control is None else control,
            "explore_share": self.explore_share if explore is None else explore,
            "assignment_version": self.assignment_version + 1,
            "assignment_key": self.assignment_key or _new_key(),
            "log": self._log_with(_done("assignment", self.champion, why)),
        }
        return self.model_copy(update=changes)

    def rolled_back(self) -> Routing:
        """Return the routing with the champion before this one; raise ModelUnavailable where there was none."""
        if not self.history or self.history[-1].champion is None:
            raise ModelUnavailable(f"{self.champion} is the first champion; there is none to roll back to")
        return self._answered_by(
            self.history[-1].champion, self.history[:-1], _done("rolled back", self.champion, None)
        )

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


@dataclass(frozen=True)
class Artefact:
    """A manifest and the bytes of the files it lists."""

    manifest: Manifest
    files: dict[str, bytes]

    @property
    def onnx(self) -> bytes:
        """The model file."""
        return self.files[MODEL_FILE]


class Registry:
    """Reads, verifies, publishes and routes models. S3's errors leave it translated."""

    def __init__(self, bucket: str, client: S3Client) -> None:
        self._bucket = bucket
        self._s3 = client

    def routing(self) -> tuple[Routing, str]:
        """Return the routing and its ETag; raise NothingPromoted where there is none yet."""
        found = self.routing_unless(None)
        assert found is not None  # without an ETag there is no "unchanged"
        return found

    def find_routing(self) -> tuple[Routing, str] | None:
        """Return the routing and its ETag; None where there is none yet."""
        try:
            return self.routing()
        except NothingPromoted:
            return None

    def routing_unless(self, etag: str | None) -> tuple[Routing, str] | None:
        """Return the routing and its ETag, or None where it still has the given ``etag``."""
        condition = {"IfNoneMatch": etag} if etag else {}
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=ROUTING_KEY, **condition)  # type: ignore[arg-type]
        except (ClientError, BotoCoreError) as error:
            if s3_errors.is_unchanged(error):
                return None
            if s3_errors.is_absent(error) or s3_errors.is_bucket_absent(error):
                raise NothingPromoted("no model is promoted yet: train one, publish it, and promote it") from error
            raise RegistryUnreachable(_UNREACHABLE) from error
        try:
            return Routing.model_validate_json(answer["Body"].read()), answer["ETag"]
        except ValidationError as error:
            raise RoutingBroken(f"{ROUTING_KEY} cannot be used: restore its previous version in S3") from error

    def manifest(self, version: str) -> Manifest:
        """Return one version's manifest, checked."""
        manifest = read_manifest(self._read(version, MANIFEST_FILE))
        if manifest.model_version != version:
            raise ArtefactRejected(f"the manifest of {version} says it is {manifest.model_version}")
        return manifest

    def load(self, version: str) -> Artefact:
        """Return one version's manifest and model, with the checksum verified."""
        manifest = self.manifest(version)
        return Artefact(manifest, {MODEL_FILE: self._verified(manifest, MODEL_FILE)})

    def load_whole(self, version: str) -> Artefact:
        """Return one version with all of its files, verified: what another version can be made of."""
        manifest = self.manifest(version)
        return Artefact(manifest, {name: self._verified(manifest, name) for name in manifest.files})

    def _verified(self, manifest: Manifest, name: str) -> bytes:
        version = manifest.model_version
        data = self._read(version, name)
        if hashlib.sha256(data).hexdigest() != manifest.files[name].sha256:
            raise ArtefactRejected(f"{name} of {version} does not have the checksum its manifest states")
        return data

    def versions(self) -> list[str]:
        """Return the published versions, oldest first."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=MODELS_PREFIX)
        ending = f"/{MANIFEST_FILE}"
        try:
            keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        except (ClientError, BotoCoreError) as error:
            self._unreadable(error, "the registry bucket does not exist")
        return sorted(key[len(MODELS_PREFIX) : -len(ending)] for key in keys if key.endswith(ending))

    def publish(self, artefact: Artefact) -> None:
        """Write a new version; raise RegistryConflict where it exists, ArtefactRejected where a checksum is off."""
        manifest = artefact.manifest
        for name, entry in manifest.files.items():
            if hashlib.sha256(artefact.files.get(name, b"")).hexdigest() != entry.sha256:
                raise ArtefactRejected(f"{name} does not have the checksum its manifest states")
        for name, data in artefact.files.items():
            self._write_new(_key(manifest.model_version, name), data)
        self._write_new(_key(manifest.model_version, MANIFEST_FILE), manifest.model_dump_json(indent=1).encode())

    def promote(self, version: str, why: str | None = None, expected: str | None = ANY_ROUTING) -> Routing:
        """Make a published version the champion. Promoting the champion again only ends its challenger's experiment.

        ``why`` is recorded in any case. ``expected``: ETag of the routing that the decision rests on, None where there
        was none. Raise RegistryConflict where it is another one by now.
        """
        self.manifest(version)
        found = self._expected_routing(expected)
        if found is None:
            return self._write_routing(Routing.first(version, why), None)
        current, etag = found
        if current.champion == version and current.challenger is None and why is None:
            return current
        return self._write_routing(current.promoted(version, why), etag)

    def challenge(
        self, version: str | None, share: float, why: str | None = None, expected: str | None = ANY_ROUTING
    ) -> Routing:
        """Let a published version score a share of the shoppers; ``None`` ends the experiment.

        ``expected``: as in ``promote``.
        """
        if version is not None:
            self.manifest(version)
        current, etag = self._expected_routing(expected) or self.routing()
        if version == current.champion:
            raise RegistryConflict(f"{version} is the champion; a challenger must be another version")
        return self._write_routing(current.challenged(version, share, why), etag)

    def assign(self, control: float | None, explore: float | None, why: str | None = None) -> Routing:
        """Set the shares of control group and exploration; None keeps one. The model in service stays."""
        current, etag = self.routing()
        return self._write_routing(current.assigned(control, explore, why), etag)

    def roll_back(self, expected: str | None = ANY_ROUTING) -> Routing:
        """Make the previous champion champion again. ``expected``: as in ``promote``."""
        current, etag = self._expected_routing(expected) or self.routing()
        return self._write_routing(current.rolled_back(), etag)

    def _expected_routing(self, expected: str | None) -> tuple[Routing, str] | None:
        """Return the routing and its ETag, None where there is none; raise RegistryConflict unless it is expected."""
        found = self.find_routing()
        if expected not in (ANY_ROUTING, found[1] if found else None):
            raise _changed_meanwhile(found)
        return found

    def _write_routing(self, routing: Routing, etag: str | None) -> Routing:
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        try:
            self._put(ROUTING_KEY, routing.model_dump_json(indent=1).encode(), condition)
        except RegistryConflict as error:
            raise _changed_meanwhile(self.find_routing()) from error
        return routing

    def _write_new(self, key: str, data: bytes) -> None:
        self._put(key, data, {"IfNoneMatch": "*"})

    def _put(self, key: str, data: bytes, condition: dict[str, str]) -> None:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=data, **condition)  # type: ignore[arg-type]
        except (ClientError, BotoCoreError) as error:
            if s3_errors.is_conflict(error):
                raise RegistryConflict(
                    f"{key} was written by somebody else meanwhile; read again and repeat"
                ) from error
            self._unreadable(error, "the registry bucket does not exist")

    def _read(self, version: str, name: str) -> bytes:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=_key(version, name))["Body"].read()
        except (ClientError, BotoCoreError) as error:
            self._unreadable(error, f"the registry has no {name} of version {version!r}")

    @staticmethod
    def _unreadable(error: ClientError | BotoCoreError, absent: str) -> NoReturn:
        if s3_errors.is_absent(error) or s3_errors.is_bucket_absent(error):
            raise ModelUnavailable(absent) from error
        raise RegistryUnreachable(_UNREACHABLE) from error


def _new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def _done(action: Action, version: str, why: str | None) -> LogEntry:
    return LogEntry(at=dt.datetime.now(dt.UTC), action=action, version=version, why=why)


def _changed_meanwhile(found: tuple[Routing, str] | None) -> RegistryConflict:
    """Return the refusal of a change that rests on another routing than the one that is ``found`` now."""
    if found is None:
        return RegistryConflict(f"{ROUTING_KEY} was removed meanwhile; run it again")
    routing, _ = found
    last = f" ({routing.log[-1].action}: {routing.log[-1].version})" if routing.log else ""
    return RegistryConflict(
        f"{ROUTING_KEY} was changed meanwhile{last}; the champion is {routing.champion} now. "
        "Nothing was changed by this command: run it again, to decide on that"
    )


def _key(version: str, name: str) -> str:
    return f"{MODELS_PREFIX}{version}/{name}"
