"""A learnt policy as a version of its own: the same model, another policy."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Final

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.manifest import MODEL_CARD_FILE, FileEntry
from lambda_fn.scoring.artefact.policy import Policy
from training.release.package import content_hash, with_policy

HEADING: Final = "## Learnt policy"


def with_learnt_policy(artefact: Artefact, policy: Policy, created: dt.datetime) -> Artefact:
    """Return a new version of the artefact with the learnt policy; its model card says what was learnt from what."""
    changed = with_policy(artefact, policy)
    files = dict(changed.files)
    entries = dict(changed.manifest.files)
    if MODEL_CARD_FILE in files:
        files[MODEL_CARD_FILE] = files[MODEL_CARD_FILE].split(HEADING.encode())[0] + _section(policy).encode()
        card = files[MODEL_CARD_FILE]
        entries[MODEL_CARD_FILE] = FileEntry(sha256=hashlib.sha256(card).hexdigest(), size_bytes=len(card))
    update: dict[str, Any] = {"created": created, "files": entries}
    draft = changed.manifest.model_copy(update=update)
    version = f"v{created:%Y%m%dT%H%M%S}-{content_hash(draft)[:8]}"
    return Artefact(draft.model_copy(update={"model_version": version}), files)


def _section(policy: Policy) -> str:
    lines = [HEADING, "", "The model is unchanged. These numbers replaced assumptions:", ""]
    lines += [f"- `{offer.name}`: {offer.base_recovery_rate.source}" for offer in policy.interventions]
    if policy.no_purchase:
        lines.append(f"- chance of no purchase: {policy.no_purchase.source}")
    return "\n".join(lines) + "\n"
