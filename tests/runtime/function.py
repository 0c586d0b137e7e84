"""A bundle under AWS's runtime client: its code folder read-only, no HOME, and nothing of this checkout in reach."""

from __future__ import annotations

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from cdk.build.bundling import Bundle, Target, aws_target, build, host_target, install
from lambda_fn import contract
from tests.runtime.runtime_api import WITHIN_SECONDS, RuntimeApi

ENV_ARM_PYTHON: Final = "ARM_PYTHON"  # a command that starts Python of the functions' version for arm64
RUNTIME_PACKAGES: Final = ("awslambdaric", "simplejson", "snapshot-restore-py")  # what AWS's runtime brings along
LOCK: Final = Path(__file__).parents[1] / "requirements.txt"
CAPABILITIES_OF_ROOT: Final = (1, 2, 3)  # DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER: with them, no folder is read-only
PR_CAPBSET_DROP: Final = 24
BOOTSTRAP: Final = (
    "import sys; sys.path[:0] = sys.argv[1:3]; del sys.argv[1:3]; "
    "from awslambdaric.__main__ import main; main(sys.argv)"
)


@dataclass(frozen=True)
class Machine:
    """Where bundles run: the platform they are built for, the command that starts its Python, and AWS's packages."""

    target: Target
    python: tuple[str, ...]
    packages: Path

    @classmethod
    def prepare(cls, folder: Path) -> Machine:
        """Return this machine; an emulated arm64 where ARM_PYTHON names its Python."""
        packages = folder / "runtime"
        if command := os.environ.get(ENV_ARM_PYTHON):
            target = aws_target()
            lock = folder / "runtime.txt"
            lock.write_text("\n".join(_locked(name) for name in RUNTIME_PACKAGES))
            install(lock, target, packages)
            return cls(target, tuple(shlex.split(command)), packages)
        packages.mkdir()
        for name in RUNTIME_PACKAGES:
            _link(name, packages)
        return cls(host_target(), (sys.executable,), packages)

    def unpack(self, bundle: Bundle, folder: Path) -> Path:
        """Return a read-only folder with the bundle in it."""
        task = folder / f"task-{bundle}"
        with zipfile.ZipFile(build(bundle, self.target).path) as archive:
            archive.extractall(task)
        for path in [task, *task.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        return task


@dataclass(frozen=True)
class Function:
    """A running function. ``log`` holds all that it printed."""

    api: RuntimeApi
    process: subprocess.Popen[bytes]
    log: Path

    def wait_for_snapshot(self) -> None:
        """Wait until its snapshot would be taken."""
        assert self.api.restore_asked.wait(WITHIN_SECONDS), self.log.read_text()

    def restore(self) -> None:
        """Go on from the snapshot."""
        self.wait_for_snapshot()
        self.api.restored.set()

    def connections_to(self, port: int) -> int:
        """Return how many connections to a port of this machine the process has open."""
        inodes = set()
        for entry in Path(f"/proc/{self.process.pid}/fd").iterdir():
            if found := re.fullmatch(r"socket:\[(\d+)\]", str(entry.readlink())):
                inodes.add(found[1])
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(row[2].endswith(f":{port:04X}") and row[9] in inodes for row in rows)


@contextmanager
def running(
    machine: Machine, task: Path, handler: str, variables: Mapping[str, str], folder: Path, *, snap_start: bool = False
) -> Iterator[Function]:
    """Start a function and end it."""
    api = RuntimeApi()
    log = folder / f"{handler}-{'snap-start' if snap_start else 'on-demand'}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*machine.python, "-E", "-s", "-S", "-c", BOOTSTRAP, str(task), str(machine.packages), handler],
            env=_environment(api.address, task, snap_start=snap_start) | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=task,
            preexec_fn=_obey_permissions,
        )
    try:
        yield Function(api, process, log)
    finally:
        process.kill()
        process.wait()
        api.close()


def _environment(address: str, task: Path, *, snap_start: bool) -> dict[str, str]:
    """Return what AWS sets, and nothing else: no HOME, no telemetry switch, nothing of this process."""
    return {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(task),
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": "under-test",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if snap_start else "on-demand",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{contract.PYTHON_VERSION}",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_HANDLER": "is an argument here",
        contract.ENV_ENVIRONMENT: "prod",
        contract.ENV_SERVICE: contract.service_name("prod"),
        contract.ENV_METRIC_NAMESPACE: contract.METRIC_NAMESPACE,
        contract.ENV_LOG_LEVEL: "INFO",
    }


def _obey_permissions() -> None:
    """Give up what lets root write to a read-only folder."""
    if os.geteuid() == 0:
        for capability in CAPABILITIES_OF_ROOT:
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def _locked(name: str) -> str:
    """Return the lock file's entry of a package, with its hashes and without its marker."""
    entry = re.search(rf"^{name}==.*?(?=^\S|\Z)", LOCK.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert entry, f"{LOCK.name} lacks {name}: run `make lock`"
    lines = [line for line in entry[0].splitlines() if not line.strip().startswith("#")]
    return "\n".join([re.sub(r" *;.*?(?= \\$|$)", "", lines[0]), *lines[1:]])


def _link(name: str, folder: Path) -> None:
    """Make an installed distribution importable from a folder, and no other with it."""
    found = distribution(name)
    for top in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
        source = Path(str(found.locate_file(top)))
        if source.exists() and not (folder / top).exists():
            (folder / top).symlink_to(source)


def remove(folder: Path) -> None:
    """Remove a folder with read-only ones in it."""
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
