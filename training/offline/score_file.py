"""Score a file on this machine: the batch's own tasks, one after the other, with folders for buckets."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lambda_fn import contract
from lambda_fn.batch import settle
from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.finalize import Finisher
from lambda_fn.batch.job import Chunk
from lambda_fn.batch.keys import Outputs, WorkArea
from lambda_fn.batch.measure_chunk import measure_chunk
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.plan import METADATA_MODEL_VERSION, Planner
from lambda_fn.batch.score_chunk import score_chunk
from lambda_fn.registry import Registry
from lambda_fn.scoring.artefact.manifest import MANIFEST_FILE
from lambda_fn.scoring.service import Scorer
from training.errors import DataRefused
from training.offline.folder_client import FolderClient

SCORED_FILE: Final = "scored.csv"
REJECTED_FILE: Final = "rejected.csv"
REPORT_FILE: Final = "report.json"
_EXECUTION: Final = "offline"
_BUCKET: Final = "this-machine"

Progress = Callable[[int, int], None]  # chunks done, of how many


@dataclass(frozen=True)
class ScoredFile:
    """What became of a file: where its results lie, and its report."""

    folder: Path
    report: dict[str, Any]


def score_file(
    model: Path, data: Path, out: Path, metadata: Mapping[str, str], progress: Progress = lambda _done, _of: None
) -> ScoredFile:
    """Score ``data`` with the artefact in ``model`` and write SCORED_FILE, REJECTED_FILE and REPORT_FILE into ``out``.

    ``metadata`` are the object's metadata of a drop: ``as-of``, ``budget``, ``reasons``.
    Raises DataRefused where the file cannot be scored at all, ArtefactRejected where the model cannot be used.
    """
    if not data.is_file():
        raise DataRefused(f"there is no file {data}")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".work-") as work:
        key = contract.INCOMING_PREFIX + data.name
        client: Any = FolderClient(Path(work), {key: data})
        registry = _registry_of(model)
        client.describe(key, {**metadata, METADATA_MODEL_VERSION: model.name})
        try:
            report = _run(DataBucket(_BUCKET, client), registry, key, progress)
        except UnusableFile as error:
            raise DataRefused(f"{data}: {error}") from error
        return ScoredFile(out, _collect(Path(work), Outputs.of(key), out, report))


def _registry_of(model: Path) -> Registry:
    """Return a registry that holds the one artefact in a folder, under the name of its version."""
    if not (model / MANIFEST_FILE).is_file():
        raise DataRefused(f"{model} holds no model; name the folder that `run --out` wrote, models/VERSION")
    files = {f"{contract.MODELS_PREFIX}{model.name}/{path.name}": path for path in model.iterdir()}
    client: Any = FolderClient(model.parent, files)
    return Registry(_BUCKET, client)


def _run(bucket: DataBucket, registry: Registry, key: str, progress: Progress) -> Any:
    """Run the workflow's tasks in their order."""
    job = Planner(bucket, registry, contract.CHUNK_BYTES).plan(key, _EXECUTION)
    artefact = registry.load(job.pins.model_version)
    scorer = Scorer(artefact.manifest, artefact.onnx)
    listed = b"".join(bucket.pieces(WorkArea.of(_EXECUTION).chunks))
    chunks = [Chunk.model_validate(chunk) for chunk in json.loads(listed)]
    if job.budget is not None:
        for chunk in chunks:
            measure_chunk(bucket, job, chunk, scorer)
        settle.settle(bucket, job)
    for done, chunk in enumerate(chunks):
        progress(done, len(chunks))
        score_chunk(bucket, job, chunk, scorer)
    progress(len(chunks), len(chunks))
    return Finisher(bucket, job).finish(artefact.manifest)


def _collect(work: Path, outputs: Outputs, out: Path, report: Any) -> dict[str, Any]:
    """Move the results out of the working folder, and let the report name them where they are."""
    shutil.move(work / outputs.scored, out / SCORED_FILE)
    shutil.move(work / outputs.rejected, out / REJECTED_FILE)
    named = report.model_copy(update={"outputs": {"scored": SCORED_FILE, "rejected": REJECTED_FILE}})
    (out / REPORT_FILE).write_text(named.model_dump_json(indent=1), encoding="utf-8")
    found: dict[str, Any] = json.loads(named.model_dump_json())
    return found
