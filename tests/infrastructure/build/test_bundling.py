"""The bundles that AWS gets, built for real: what is in them, how large they are, and that they still import."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from cdk.build import bundling
from cdk.build.bundling import UNZIPPED_LIMIT_MB, Bundle, BundleError, Target, aws_target, build, host_target
from lambda_fn import contract

pytestmark = pytest.mark.slow

TASKS = ("plan", "measure_chunk", "settle", "score_chunk", "finalize", "fail")
IMPORTS = {
    Bundle.API: "fastapi, mangum, lambda_fn.api.entry",
    Bundle.BATCH: ", ".join(f"lambda_fn.batch.{task}" for task in TASKS) + ", aws_xray_sdk.core",
}
BANNED = ("sklearn", "scipy", "pandas", "joblib", "pytest", "training", "cdk")

RUN_FROM_THE_BUNDLE = """
import sys
sys.path.insert(0, {folder!r})
import boto3, numpy, onnxruntime, pydantic_settings, {imports}
from aws_lambda_powertools import Logger, Metrics
boto3.client("s3", region_name="us-east-1")
session = onnxruntime.InferenceSession({model!r}, providers=["CPUExecutionProvider"])
(answer,) = session.run(None, {{"x": numpy.zeros((1, 1), numpy.float32)}})
files = [str(getattr(module, "__file__", "")) for module in list(sys.modules.values())]
outside = [file for file in files if "site-packages" in file]
print(answer.item(), outside)
"""


@pytest.mark.parametrize("bundle", list(Bundle))
def test_a_bundle_for_aws_is_pure_small_and_for_arm(bundle: Bundle) -> None:
    built = build(bundle, aws_target())

    with zipfile.ZipFile(built.path) as archive:
        files = archive.namelist()
    assert built.unzipped_bytes / 1e6 <= UNZIPPED_LIMIT_MB[bundle]
    assert {file.split("/")[0] for file in files} & set(BANNED) == set()
    assert [file for file in files if file.startswith("lambda_fn/") and file.endswith("contract.py")] == [
        "lambda_fn/contract.py"
    ]
    tag = f"cpython-{contract.PYTHON_VERSION.replace('.', '')}"
    assert [f for f in files if f.endswith(".pyc") and tag not in f] == []
    foreign = [f for f in files if f.endswith(".so") and "cpython-" in f and f"{tag}-aarch64" not in f]
    assert foreign == []


@pytest.mark.parametrize("bundle", list(Bundle))
def test_a_pruned_bundle_still_imports_and_predicts_with_nothing_else_installed(bundle: Bundle, tmp_path: Path) -> None:
    built = build(bundle, host_target())
    with zipfile.ZipFile(built.path) as archive:
        archive.extractall(tmp_path / "bundle")

    program = RUN_FROM_THE_BUNDLE.format(
        folder=str(tmp_path / "bundle"), imports=IMPORTS[bundle], model=str(_sigmoid(tmp_path))
    )
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert (ended.stdout, ended.stderr) == ("0.5 []\n", "")


def test_the_same_inputs_make_the_same_deployment_and_other_sources_another(tmp_path: Path) -> None:
    target = Target("test", (), None, limits_size=False)
    first = build(Bundle.API, target, root=_project(tmp_path / "a", "x = 1\n"), cache=tmp_path / "1")
    again = build(Bundle.API, target, root=_project(tmp_path / "b", "x = 1\n"), cache=tmp_path / "2")
    other = build(Bundle.API, target, root=_project(tmp_path / "c", "x = 2\n"), cache=tmp_path / "1")

    assert first.hash == again.hash
    assert first.path.read_bytes() == again.path.read_bytes()
    assert other.hash != first.hash


def test_a_bundle_over_its_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bundling.UNZIPPED_LIMIT_MB, Bundle.API, 0)

    with pytest.raises(BundleError, match="more than its limit of 0 MB"):
        build(Bundle.API, Target("test", (), None), root=_project(tmp_path / "a", "x = 1\n"), cache=tmp_path / "1")


def _project(root: Path, source: str) -> Path:
    (root / "lambda_fn").mkdir(parents=True)
    (root / "lambda_fn" / "api.py").write_text(source)
    (root / "lambda_fn" / "requirements-api.txt").write_text("")
    return root


def _sigmoid(folder: Path) -> Path:
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Sigmoid", ["x"], ["y"])], "sigmoid", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = folder / "model.onnx"
    onnx.save(model, path)
    return path
