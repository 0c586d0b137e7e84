"""The model registry: immutable artefacts and one routing document in an S3 bucket.

models/<version>/<file>     Written once. manifest.json comes last: a version without one was never published.
routing.json                Which version is champion, and which is challenger. Every write is conditional.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from lambda_fn import s3_errors
from lambda_fn.contract import MODELS_PREFIX, ROUTING_KEY
from lambda_fn.routing import Routing
from lambda_fn.scoring.artefact.manifest import MANIFEST_FILE, MODEL_FILE, Manifest
from lambda_fn.scoring.artefact.manifest_formats import read_manifest
from lambda_fn.scoring.errors import (
    ArtefactRejected,
    ModelUnavailable,
    NothingPromoted,
    RegistryConflict,
    RegistryUnreachable,
    RoutingBroken,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ANY_ROUTING = "*"  # an expected ETag that stands for every one
_UNREACHABLE = "the model registry does not answer, or not to us"


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

    def promote(
        self,
        version: str,
        why: str | None = None,
        expected: str | None = ANY_ROUTING,
        *,
        who: str | None = None,
    ) -> Routing:
        """Make a published version the champion. Promoting the champion again only ends its challenger's experiment.

        ``why``: recorded in any case.
        ``expected``: ETag of the routing that the decision rests on, None where there was none. Raise RegistryConflict
        where it is another one by now.
        ``who``: recorded as who asked for it; the registry does not check it.
        """
        self.manifest(version)
        found = self._expected_routing(expected)
        if found is None:
            return self._write_routing(Routing.first(version, why, who), None)
        current, etag = found
        if current.champion == version and current.challenger is None and why is None:
            return current
        return self._write_routing(current.promoted(version, why, who), etag)

    def challenge(
        self,
        version: str | None,
        share: float,
        why: str | None = None,
        expected: str | None = ANY_ROUTING,
        *,
        who: str | None = None,
    ) -> Routing:
        """Let a published version score a share of the shoppers; ``None`` ends the experiment.

        ``expected``, ``who``: as in ``promote``.
        """
        if version is not None:
            self.manifest(version)
        current, etag = self._expected_routing(expected) or self.routing()
        if version == current.champion:
            raise RegistryConflict(f"{version} is the champion; a challenger must be another version")
        return self._write_routing(current.challenged(version, share, why, who), etag)

    def assign(
        self, control: float | None, explore: float | None, why: str | None = None, *, who: str | None = None
    ) -> Routing:
        """Set the shares of control group and exploration; None keeps one. The model in service stays."""
        current, etag = self.routing()
        return self._write_routing(current.assigned(control, explore, why, who), etag)

    def roll_back(self, expected: str | None = ANY_ROUTING, *, who: str | None = None) -> Routing:
        """Make the previous champion champion again. ``expected``, ``who``: as in ``promote``."""
        current, etag = self._expected_routing(expected) or self.routing()
        return self._write_routing(current.rolled_back(who), etag)

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
