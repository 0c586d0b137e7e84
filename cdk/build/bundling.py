"""The two Lambda bundles, built without Docker from hash-locked wheels of the target platform.

A bundle is a zip: the locked packages, pruned of what never runs in a Lambda, and the sources of ``lambda_fn``. Its
hash follows from what goes in, not from the bytes that come out, so that the same commit never causes a deployment.
Run ``python -m cdk.build.bundling`` for the sizes.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from cdk.build.package_index import settings_from_pip
from lambda_fn.contract import PYTHON_VERSION

ROOT: Final = Path(__file__).resolve().parents[2]
CACHE: Final = ROOT / ".local" / "bundles"
KEPT_PER_BUNDLE: Final = 3
LAMBDA_CODE_FOLDER: Final = "/var/task"  # where AWS unpacks a bundle; tracebacks name it


class Bundle(StrEnum):
    """Which functions a bundle is for."""

    API = "api"
    BATCH = "batch"


UNZIPPED_LIMIT_MB: Final = {Bundle.API: 130, Bundle.BATCH: 180}  # Lambda's own is 250

# Globs below the packages folder. Each is never imported by what we run; tests import a pruned bundle to prove it.
PRUNED: Final = (
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "**/*.pxd",
    "**/*.a",
    "**/*.h",
    "*.dist-info/RECORD",  # no longer true
    "bin",
    "boto3/examples",
    "numpy/f2py",
    "numpy/_pyinstaller",
    "wrapt-stubs",
    # The extension module contains the runtime; this is the same library again, for C programs.
    "onnxruntime/capi/libonnxruntime.*",
    "onnxruntime/backend",
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    # Needed by the folders just removed.
    "flatbuffers",
    "google/protobuf",
    "google/_upb",
)
AWS_SERVICES: Final = ("firehose", "s3", "sts", "xray")  # the SDK carries the models of all services, ours call these
SERVICE_MODELS: Final = ("botocore/data", "boto3/data")


class BundleError(RuntimeError):
    """A bundle could not be built, or is too large; the message says what to do."""


@dataclass(frozen=True)
class Target:
    """Where a bundle runs.

    name: part of the bundle's file name.
    uv_options: select the platform's wheels.
    compiler: an interpreter of the platform's Python version; None: sources are shipped without bytecode.
    limits_size: whether ``UNZIPPED_LIMIT_MB`` holds.

    A Lambda's code folder is read-only, so without bytecode every cold start compiles every module again (measured
    with CPython 3.13: 1.24 s of imports instead of 0.47 s).
    """

    name: str
    uv_options: tuple[str, ...]
    compiler: Path | None
    limits_size: bool = True


@dataclass(frozen=True)
class BuiltBundle:
    """A zip to deploy, and the hash of its inputs, by which a deployment tells whether the code has changed."""

    path: Path
    hash: str

    @property
    def unzipped_bytes(self) -> int:
        """Size as Lambda counts it against its limit."""
        with zipfile.ZipFile(self.path) as archive:
            return sum(member.file_size for member in archive.infolist())


def aws_target() -> Target:
    """Return the platform of the functions in AWS: arm64, the Python version of ``lambda_fn.contract``."""
    options = ("--python-platform", "aarch64-manylinux_2_28", "--python-version", PYTHON_VERSION)
    return Target(f"aws-arm64-py{PYTHON_VERSION}", options, _interpreter(PYTHON_VERSION))


def host_target() -> Target:
    """Return this machine and this interpreter, for the local AWS."""
    name = f"{sys.platform}-{platform.machine()}-py{sys.version_info.major}.{sys.version_info.minor}"
    return Target(name, ("--python", sys.executable), Path(sys.executable), limits_size=False)


def build(bundle: Bundle, target: Target, *, root: Path = ROOT, cache: Path = CACHE) -> BuiltBundle:
    """Build the bundle, or return the one that the same inputs made before.

    Raises BundleError when packages cannot be installed or the limit of ``UNZIPPED_LIMIT_MB`` is exceeded.
    """
    cache.mkdir(parents=True, exist_ok=True)
    packages = _packages(bundle, target, root / "lambda_fn" / f"requirements-{bundle}.txt", cache)
    sources = sorted((root / "lambda_fn").rglob("*.py"))
    digest = _digest(packages.stem.encode(), *(part for file in sources for part in _identity(file, root)))
    built = BuiltBundle(cache / f"{bundle}-{target.name}-{digest}.zip", digest)
    if not built.path.exists():
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            draft = Path(folder) / "bundle.zip"
            shutil.copyfile(packages, draft)
            tree = Path(folder) / "tree"
            for file in sources:
                copy = tree / file.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            _compile(tree, target)
            _append(draft, tree)
            draft.replace(built.path)
        _forget_older(cache, f"{bundle}-{target.name}-*.zip")
        _forget_older(cache, f"packages-{bundle}-{target.name}-*.zip")
    if target.limits_size:
        _check_size(bundle, built)
    return built


def _packages(bundle: Bundle, target: Target, lock: Path, cache: Path) -> Path:
    """Return a zip of the locked, pruned packages. It rarely changes, so it is kept apart from the sources."""
    recipe = Path(__file__).read_bytes() + repr((target.uv_options, target.compiler is None)).encode()
    packages = cache / f"packages-{bundle}-{target.name}-{_digest(lock.read_bytes(), recipe)}.zip"
    if not packages.exists():
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            tree, draft = Path(folder) / "tree", Path(folder) / "packages.zip"
            install(lock, target, tree)
            _prune(tree)
            _compile(tree, target)
            _append(draft, tree)
            draft.replace(packages)
    return packages


def install(lock: Path, target: Target, tree: Path) -> None:
    """Install hash-locked wheels of the target platform into a folder; raise BundleError where that fails."""
    command = [
        *_uv(), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:",
        *target.uv_options, "--target", str(tree), "--requirement", str(lock),
    ]  # fmt: skip
    environment = {**os.environ, **settings_from_pip()}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if result.returncode:
        raise BundleError(f"installing {lock.name} for {target.name} failed:\n{result.stderr.strip()[-2000:]}")


def _prune(tree: Path) -> None:
    for pattern in PRUNED:
        for path in list(tree.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for folder in SERVICE_MODELS:
        for path in list(tree.glob(f"{folder}/*")):
            if path.is_dir() and path.name not in AWS_SERVICES:
                shutil.rmtree(path)


def _compile(tree: Path, target: Target) -> None:
    """Add bytecode that is trusted without a look at the source, whose time stamp a zip does not keep."""
    if target.compiler is None:
        return
    result = subprocess.run(
        [
            str(target.compiler), "-I", "-m", "compileall", "-qq", "-j", "0", "--invalidation-mode", "unchecked-hash",
            "-s", str(tree), "-p", LAMBDA_CODE_FOLDER, str(tree),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if result.returncode:
        raise BundleError(f"compiling for {target.name} with {target.compiler} failed:\n{result.stdout[-2000:]}")


def _append(archive: Path, tree: Path) -> None:
    """Add the files of ``tree`` to ``archive``, in order and without their times."""
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        for file in sorted(path for path in tree.rglob("*") if path.is_file()):
            member = zipfile.ZipInfo(file.relative_to(tree).as_posix())
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o100644 << 16
            zipped.writestr(member, file.read_bytes())


def _check_size(bundle: Bundle, built: BuiltBundle) -> None:
    size_mb, limit_mb = built.unzipped_bytes / 1e6, UNZIPPED_LIMIT_MB[bundle]
    if size_mb > limit_mb:
        raise BundleError(
            f"the {bundle} bundle has {size_mb:.0f} MB unzipped, more than its limit of {limit_mb} MB; "
            f"prune it (PRUNED in {Path(__file__).name}) or drop a dependency. It is at {built.path}"
        )


def _forget_older(cache: Path, pattern: str) -> None:
    newest_first = sorted(cache.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest_first[KEPT_PER_BUNDLE:]:
        path.unlink(missing_ok=True)


def _identity(file: Path, root: Path) -> Iterator[bytes]:
    yield file.relative_to(root).as_posix().encode()
    yield file.read_bytes()


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


def _interpreter(version: str) -> Path | None:
    """Find an interpreter of that version: this one, or one on the path that works."""
    for candidate in filter(None, (sys.executable, shutil.which(f"python{version}"))):
        shown = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if shown.stdout.strip() == version:
            return Path(candidate)
    return None


def _uv() -> list[str]:
    return [sys.executable, "-m", "uv"]


def main() -> None:
    """Build both bundles for AWS and print their sizes."""
    target = aws_target()
    for bundle in Bundle:
        built = build(bundle, target)
        sys.stdout.write(
            f"{bundle}: {built.unzipped_bytes / 1e6:.1f} MB unzipped (limit {UNZIPPED_LIMIT_MB[bundle]}), "
            f"{built.path.stat().st_size / 1e6:.1f} MB zipped, {built.path.relative_to(ROOT)}\n"
        )


if __name__ == "__main__":
    main()
