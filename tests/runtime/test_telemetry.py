"""Nothing phones home: in a network where no name exists, none is asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import training
from cdk.build.bundling import Bundle, build, host_target
from cdk.local.paths import ROOT
from training.synthetic import twin

# Where onnxruntime keeps the device id that it sends, below HOME: the import writes it, 9 s before a name is asked for.
DEVICE_ID = ".cache/Microsoft"
NAMESPACES = ("unshare", "--map-root-user", "--net", "--mount")
# MLflow sends nothing where it sees one of these: under pytest, or in continuous integration.
HIDES_TELEMETRY = ("PYTEST_", "CI", "GITHUB_", "GITLAB_", "TF_BUILD", "JENKINS_", "CODEBUILD_", "CODEX_", "TOX")
RECORD_SWITCHES = """
import builtins, json, os, sys

seen = {}
original = builtins.__import__

def record(name, *arguments, **options):
    top = name.partition(".")[0]
    if top in ("onnxruntime", "mlflow") and top not in seen:
        seen[top] = {switch: os.environ.get(switch) for switch in %r}
    return original(name, *arguments, **options)

builtins.__import__ = record
import %s
print(json.dumps(seen))
"""


def clean_environment() -> dict[str, str]:
    """Return this process's environment without a word on telemetry, or what would switch it off by itself."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in (*training.NO_TELEMETRY, "DO_NOT_TRACK", "XDG_CACHE_HOME")
        if not name.startswith(HIDES_TELEMETRY)
    }


def names_asked(command: list[str], home: Path | None = None) -> list[str]:
    """Return the names that a command, which must end well, asks for; skip where there are no namespaces.

    ``home``: its HOME and working directory; the user's and this checkout when absent.
    """
    if shutil.which("unshare") is None or subprocess.run([*NAMESPACES, "true"], capture_output=True).returncode:
        pytest.skip("a network of its own needs `unshare`, and user namespaces or root")
    ended = subprocess.run(
        [*NAMESPACES, sys.executable, "-m", "tests.runtime.resolver", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=home or ROOT,
        env=clean_environment() | {"PYTHONPATH": str(ROOT)} | ({"HOME": str(home)} if home else {}),
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    names: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return names


def test_the_resolver_sees_what_is_asked_outside_of_python() -> None:
    assert names_asked(["sh", "-c", "getent hosts collector.test; true"]) == ["collector.test"]


def test_the_api_bundle_asks_for_no_name(tmp_path: Path) -> None:
    build(Bundle.API, host_target())  # out here, where its packages can be had
    assert names_asked([sys.executable, "-m", "tests.runtime.one_prediction", str(tmp_path)]) == []


@pytest.mark.parametrize("command", ["check", "run"])
def test_the_training_command_asks_for_no_name(command: str, tmp_path: Path) -> None:
    # Given shoppers, and nothing of this project's own variables
    data = tmp_path / "shoppers.csv"
    list(twin.write_csv(data, 3_000, seed=5, country="USA"))
    options = {"check": [], "run": ["--model", "logistic", "--out", str(tmp_path / "models")]}
    # When the command runs, with its MLflow, Then it asks for no name, and names this machine to nobody
    program = [sys.executable, "-m", "training", command, "--data", str(data), *options[command]]
    assert names_asked(program, home=tmp_path) == []
    assert not (tmp_path / DEVICE_ID).exists()


def test_the_console_asks_for_no_name(tmp_path: Path) -> None:
    assert names_asked([sys.executable, "-m", "tests.runtime.one_page"], home=tmp_path) == []
    assert not (tmp_path / DEVICE_ID).exists()


@pytest.mark.parametrize(
    ("module", "package"),
    [("lambda_fn.scoring.model", "onnxruntime"), ("training.models.export", "onnxruntime")],
)
def test_telemetry_is_switched_off_before_the_import(module: str, package: str) -> None:
    # The Python switch would come too late: the first event is sent by the import.
    program = RECORD_SWITCHES % (tuple(training.NO_TELEMETRY), module)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, env=clean_environment()
    )
    assert json.loads(ended.stdout)[package]["ORT_DISABLE_TELEMETRY"] == "1"


def test_only_one_module_imports_onnxruntime_itself() -> None:
    sources = [path for room in ("lambda_fn", "training", "console", "cdk") for path in (ROOT / room).rglob("*.py")]
    importing = [
        str(path.relative_to(ROOT))
        for path in sources
        if not {"node_modules", "cdk.out"} & set(path.parts)
        if re.search(r"^ *(import|from) onnxruntime\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert importing == ["lambda_fn/scoring/onnx_runtime.py"]


def test_make_and_images_switch_telemetry_off() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    exported = {line.split()[1] for line in makefile.splitlines() if line.startswith("export ")}
    assert exported >= {*training.NO_TELEMETRY, "DO_NOT_TRACK", "CDK_DISABLE_CLI_TELEMETRY"}
    settings = json.loads((ROOT / "cdk" / "cdk.json").read_text(encoding="utf-8"))
    assert (settings["notices"], settings["versionReporting"]) == (False, False)
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert all(f"{name}={value}" in dockerfile for name, value in training.NO_TELEMETRY.items())
