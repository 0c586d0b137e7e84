"""Where the functions' code comes from: the bundles, built when a stack is about to be deployed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aws_cdk import Annotations, AssetHashType, Stack
from aws_cdk import aws_lambda as lambda_

from cdk.build.bundling import ROOT, Bundle, Target, build
from lambda_fn import contract

NO_BYTECODE: Final = (
    f"No Python {contract.PYTHON_VERSION} was found here, so the bundles carry no bytecode, and each cold start takes "
    f"2.6 times as long. Install one that answers to `python{contract.PYTHON_VERSION}` (a system package, pyenv), or "
    f"set this checkout up with it: make clean setup PYTHON=python{contract.PYTHON_VERSION}. Then deploy again."
)
CodeSource = Callable[[Bundle, Stack], lambda_.Code]


def built_for(target: Target) -> CodeSource:
    """Return a source of the real bundles. Commands that deploy nothing (`cdk list`, `cdk destroy`) build nothing."""

    def code(bundle: Bundle, stack: Stack) -> lambda_.Code:
        if not stack.bundling_required:
            return sources_only(bundle, stack)
        if target.compiler is None:
            Annotations.of(stack).add_warning_v2(f"{contract.SERVICE}:no-bytecode", NO_BYTECODE)
        built = build(bundle, target)
        return lambda_.Code.from_asset(str(built.path), asset_hash=built.hash, asset_hash_type=AssetHashType.CUSTOM)

    return code


def sources_only(_bundle: Bundle, _stack: Stack) -> lambda_.Code:
    """Return the sources without their packages, for whoever looks at a template and deploys nothing."""
    return lambda_.Code.from_asset(str(ROOT / "lambda_fn"), exclude=["**/__pycache__"])
