"""Bundles are built for a deployment, and not for who looks at a template."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from cdk.build import function_code
from cdk.build.bundling import BuiltBundle, Bundle, Target
from cdk.build.function_code import built_for

TARGET = Target("test", (), None)


@pytest.mark.parametrize(("stacks", "built"), [(["**"], [(Bundle.API, TARGET)]), ([], [])])
def test_a_bundle_is_built_only_where_the_command_deploys_its_stack(
    stacks: list[str], built: list[tuple[Bundle, Target]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a build that takes no time, and a command line that deploys these stacks
    asked: list[tuple[Bundle, Target]] = []
    archive = tmp_path / "api.zip"
    archive.write_bytes(b"")

    def build(bundle: Bundle, target: Target) -> BuiltBundle:
        asked.append((bundle, target))
        return BuiltBundle(archive, "hash-of-inputs")

    monkeypatch.setattr(function_code, "build", build)
    stack = Stack(App(context={"aws:cdk:bundling-stacks": stacks}), "Service")

    # When the stack asks for its code
    code = built_for(TARGET)(Bundle.API, stack)

    # Then it was built for the platform of the functions, or not at all
    assert isinstance(code, lambda_.AssetCode)
    assert asked == built
    assert (code.path == str(archive)) == bool(built)


@pytest.mark.parametrize("compiler", [None, Path("python3.13")])
def test_bundles_without_bytecode_are_told_with_the_cure(
    compiler: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a host with or without the Python of the functions
    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("a.py", "")
    monkeypatch.setattr(function_code, "build", lambda _bundle, _target: BuiltBundle(archive, "0123456789abcdef"))
    stack = Stack(App(), "Service")
    # When its stack asks for the bundles
    built_for(Target("aws", (), compiler))(Bundle.API, stack)
    # Then it warns where they will start slowly
    warnings = [str(entry.data) for entry in stack.node.metadata if entry.type == "aws:cdk:warning"]
    assert [warning for warning in warnings if "each cold start takes 2.6 times as long" in warning] == (
        [] if compiler else warnings
    )
    assert bool(warnings) == (compiler is None)
    assert all("PYTHON=python3.13" in warning for warning in warnings)
