"""One measured run in a process of its own: ``python -m tests.bench.batch_runs NAME CSV MODELS``; prints JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from lambda_fn.contract import CHUNK_BYTES, EXPLAINED_CHUNK_BYTES

PEER_MODEL: Final = "pipeline.joblib"
OUTPUT_COLUMNS: Final = ("user_id", "abandonment_risk", "risk_level")
REASONS: Final = 3
HUGE_BYTES: Final = 6 * 1024**3

Run = Callable[[Path, Path, Path], Callable[[], int]]  # (csv, models, folder for output) -> the run, which returns rows


def ours(source: Path, models: Path, folder: Path) -> Callable[[], int]:
    """One worker, the whole file as its chunk; interventions, warnings and drift included."""
    return _worker(source, models, folder, source.stat().st_size, 0, source.stat().st_size)


def ours_chunk_of_huge_file(source: Path, models: Path, folder: Path) -> Callable[[], int]:
    """One worker, one chunk in the middle of a file of 6 GB."""
    start = HUGE_BYTES // 2
    return _worker(source, models, folder, HUGE_BYTES, start, start + CHUNK_BYTES)


def ours_chunk(source: Path, models: Path, folder: Path) -> Callable[[], int]:
    """One worker, the first chunk of the file."""
    return _worker(source, models, folder, source.stat().st_size, 0, CHUNK_BYTES)


def ours_with_reasons(source: Path, models: Path, folder: Path) -> Callable[[], int]:
    """One worker, the first chunk of the file where three reasons a row are asked for."""
    return _worker(source, models, folder, source.stat().st_size, 0, EXPLAINED_CHUNK_BYTES, reasons=REASONS)


def _worker(
    source: Path, models: Path, folder: Path, size: int, start: int, end: int, reasons: int = 0
) -> Callable[[], int]:
    from lambda_fn.batch.job import Chunk, InputFile, Job, Pins
    from lambda_fn.batch.score_chunk import score_chunk
    from lambda_fn.csv_io.header import find_header
    from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT
    from lambda_fn.scoring.artefact.manifest import MANIFEST_FILE, MODEL_FILE
    from lambda_fn.scoring.artefact.manifest_formats import read_manifest
    from lambda_fn.scoring.service import Scorer
    from lambda_fn.tables.spellings import dialect_of
    from tests.bench.local_objects import DiskBucket
    from tests.bench.worst_files import DIALECTS

    (artefact,) = models.glob("v*")
    manifest = read_manifest((artefact / MANIFEST_FILE).read_bytes())
    scorer = Scorer(manifest, (artefact / MODEL_FILE).read_bytes())
    dialect = DIALECTS.get(source.stem, DEFAULT_DIALECT)
    with source.open("rb") as file:
        header = find_header(file, (), dialect.delimiter.encode(), dialect.encoding)
    now = dt.datetime.now(dt.UTC)
    job = Job(
        execution="bench",
        input=InputFile(bucket="disk", key="bench.csv", version_id=None, etag="", size_bytes=size, last_modified=now),
        pins=Pins(model_version=manifest.model_version, as_of=manifest.as_of),
        header=header.names,
        first_line=header.first_line,
        dialect=dialect_of(dialect, header),
        chunks=1,
        budget=None,
        reasons=reasons,
        planned_at=now,
    )
    bucket = DiskBucket(folder, source, header.first_line)
    chunk = Chunk(index=0, start=max(start, header.first_line), end=min(end, size))

    def run() -> int:
        report = score_chunk(bucket, job, chunk, scorer)
        assert not report.rejected or source.stem == "faulty_rows"
        return report.scored

    return run


def peer(source: Path, models: Path, folder: Path) -> Callable[[], int]:
    """The usual way: the whole file in pandas, the scikit-learn pipeline, no interventions, warnings or drift."""
    import joblib
    import numpy as np
    import pandas as pd

    pipeline = joblib.load(models / PEER_MODEL)

    def run() -> int:
        frame = pd.read_csv(source)
        risk = pipeline.predict_proba(frame)[:, 1]
        level = np.select([risk >= 0.7, risk >= 0.4], ["HIGH", "MEDIUM"], "LOW")
        answer = pd.DataFrame(dict(zip(OUTPUT_COLUMNS, (frame["user_id"], risk, level), strict=True)))
        answer.to_csv(folder / "peer.csv", index=False)
        return len(answer)

    return run


def floor(source: Path, _models: Path, folder: Path) -> Callable[[], int]:
    """Parse the needed columns in pandas and write three: an id, a share, a text. No scoring at all."""
    import pandas as pd

    columns = _needed()

    def run() -> int:
        frame = pd.read_csv(source, usecols=columns)
        answer = pd.DataFrame({"user_id": frame["user_id"], "share": frame["age"] / 81, "text": frame["gender"]})
        answer.to_csv(folder / "floor.csv", index=False)
        return len(frame)

    return run


def _needed() -> list[str]:
    from training.shops.public_shopper import public_shopper

    return ["user_id", *(field.name for field in public_shopper().inputs)]


RUNS: Final[dict[str, Run]] = {
    run.__name__: run for run in (ours, ours_chunk, ours_chunk_of_huge_file, ours_with_reasons, peer, floor)
}


def main(name: str, source: str, models: str, cpu: str) -> None:
    """Prepare, run once on one processor, and print rows, seconds and the process's peak memory."""
    os.sched_setaffinity(0, {int(cpu)})
    with TemporaryDirectory(prefix="bench-") as folder:
        run = RUNS[name](Path(source), Path(models), Path(folder))
        started = time.perf_counter()
        rows = run()
        seconds = time.perf_counter() - started
    result: dict[str, Any] = {"rows": rows, "seconds": seconds, "peak_mb": _peak_mb()}
    print(json.dumps(result))  # noqa: T201 - read by the process that started this one


def _peak_mb() -> float:
    """Return the most memory this process has held. ``getrusage`` would count what it was forked from, too."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
