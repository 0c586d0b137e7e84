"""Scoring a file of 500,000 rows: CSV bytes in to CSV bytes out, one worker, beside pandas and its own floor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from lambda_fn.contract import WORKER_ALLOCATOR
from tests.bench.batch_runs import PEER_MODEL, REASONS
from tests.bench.figures import Figure, note
from tests.bench.peer import pipeline as peer_pipeline
from tests.bench.worst_files import write_worst
from training.shops.public_shopper import public_shopper

ROWS: Final = 500_000
TRAINING_ROWS: Final = 20_000
ROUNDS: Final = 5
WORST_ROUNDS: Final = 3


@dataclass(frozen=True)
class Measured:
    """One run in a process of its own."""

    rows: int
    seconds: float
    peak_mb: float


def measure() -> Iterator[list[Figure]]:
    """Yield speed beside the peer and the floor, memory, and what a second worker adds."""
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        note(f"writing a file of {ROWS:,} rows and training both models")
        source = _prepare(folder)
        note("scoring the file, ours, the peer's and the floor in turns")
        alternatives = ("ours", "peer", "floor")
        rounds = [[_run(name, source, folder) for name in alternatives] for _ in range(ROUNDS)]
        ours, peer, floor = (median(run.seconds for run in runs) for runs in zip(*rounds, strict=True))
        ours_mb, peer_mb = (median(round_[i].peak_mb for round_ in rounds) for i in (0, 1))
        rate = f"{ROWS / ours:,.0f} rows/s, {source.stat().st_size / 1e6 / ours:,.0f} MB/s"
        yield [
            Figure(
                "batch_speedup", round(peer / ours, 2), "x", 3, at_least=True,
                detail=f"ours {ours:.2f} s ({rate}), peer {peer:.2f} s and {peer_mb:,.0f} MB",
            ),
            Figure(
                "batch_vs_floor", round(floor / ours, 2), "x", 0.5, at_least=True,
                detail=f"ours {ours:.2f} s, parse and write in pandas {floor:.2f} s",
            ),
        ]  # fmt: skip
        note("chunks of a large and of a small file, then two workers beside one")
        yield [_peak(source, folder, ours_mb), _scaling(source, folder)]
        note("a chunk whose rows get reasons")
        yield [_reasons(source, folder)]
        note("chunks that are hard to read")
        yield _worst(source, folder)


def _worst(source: Path, folder: Path) -> list[Figure]:
    """Compare chunks of hard files with a chunk of the plain one, in seconds and peak memory."""
    files = [source, *write_worst(source, folder, public_shopper().inputs)]
    rounds = [[_run("ours_chunk", file, folder) for file in files] for _ in range(WORST_ROUNDS)]
    plain, *seconds = (median(run.seconds for run in runs) for runs in zip(*rounds, strict=True))
    ratios = {file.stem: taken / plain for file, taken in zip(files[1:], seconds, strict=True)}
    peaks = {file.stem: max(round_[i].peak_mb for round_ in rounds) for i, file in enumerate(files)}
    return [
        Figure(
            "batch_worst_ratio", round(max(ratios.values()), 2), "x", 3, at_least=False,
            detail=", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()),
        ),
        Figure(
            "batch_worst_peak_mb", round(max(peaks.values())), "MB", 500, at_least=False,
            detail=", ".join(f"{name} {peak:.0f}" for name, peak in peaks.items()),
        ),
    ]  # fmt: skip


def _peak(source: Path, folder: Path, whole_mb: float) -> Figure:
    chunk, huge = (_run(name, source, folder).peak_mb for name in ("ours_chunk", "ours_chunk_of_huge_file"))
    detail = (
        f"chunk of the 123 MB file {chunk:.0f} MB, of a 6 GB file {huge:.0f} MB; 123 MB as one chunk {whole_mb:.0f} MB"
    )
    return Figure("batch_peak_mb", round(max(chunk, huge, whole_mb)), "MB", 500, at_least=False, detail=detail)


def _reasons(source: Path, folder: Path) -> Figure:
    """Measure one worker that names three reasons in each row."""
    run = _run("ours_with_reasons", source, folder)
    detail = f"{REASONS} reasons a row, {run.rows:,} rows in {run.seconds:.1f} s, {run.peak_mb:.0f} MB"
    return Figure("batch_reasons_rate", round(run.rows / run.seconds), "rows/s", None, at_least=True, detail=detail)


def _scaling(source: Path, folder: Path) -> Figure:
    """Compare two workers side by side, a processor each, with one."""
    ratios = []
    for _ in range(ROUNDS):
        one = _run("ours", source, folder).seconds
        two = max(run.seconds for run in _finish([_start("ours", source, folder, cpu) for cpu in _processors()[:2]]))
        ratios.append(2 * one / two)
    detail = f"on {len(_processors())} processors; each round {', '.join(f'{ratio:.2f}' for ratio in ratios)}"
    return Figure("batch_scaling", round(median(ratios), 2), "x", 1.7, at_least=True, detail=detail)


def _prepare(folder: Path) -> Path:
    """Write the file to score, and train both models on other rows."""
    training, source = folder / "training.csv", folder / "twin.csv"
    _cli("sample", "--rows", str(TRAINING_ROWS), "--seed", "11", "--country", "USA", "--out", str(training))
    _cli("sample", "--rows", str(ROWS), "--seed", "12", "--country", "USA", "--out", str(source))
    _cli("run", "--data", str(training), "--no-track", "--out", str(folder))
    peer_pipeline.train(training, folder / PEER_MODEL)
    return source


def _cli(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "training", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"`training {' '.join(arguments)}` failed:\n{done.stderr}")


def _run(name: str, source: Path, folder: Path) -> Measured:
    return _finish([_start(name, source, folder, _processors()[0])])[0]


def _start(name: str, source: Path, folder: Path, cpu: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.bench.batch_runs", name, str(source), str(folder), str(cpu)]
    deployed = WORKER_ALLOCATOR if name.startswith("ours") else {}  # the environment our worker has in AWS
    return subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **deployed})


def _finish(processes: Sequence[subprocess.Popen[bytes]]) -> list[Measured]:
    outputs = [process.communicate()[0] for process in processes]
    for process in processes:
        if process.returncode:
            raise RuntimeError(f"a run ended with {process.returncode}")
    return [Measured(**json.loads(output)) for output in outputs]


def _processors() -> list[int]:
    return sorted(os.sched_getaffinity(0))
