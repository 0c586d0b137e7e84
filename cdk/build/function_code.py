"""Where the functions' code comes from: the bundles, built when a stack is about to be deployed."""

from __future__ import annotations

from collections.abc import Callable

from aws_cdk import AssetHashType, Stack
from aws_cdk import aws_lambda as lambda_

from cdk.build.bundling import ROOT, Bundle, Target, build

CodeSource = Callable[[Bundle, Stack], lambda_.Code]


def built_for(target: Target) -> CodeSource:
    """Return a source of the real bundles. Commands that deploy nothing (`cdk list`, `cdk destroy`) build nothing."""

    def code(bundle: Bundle, stack: Stack) -> lambda_.Code:
        if not stack.bundling_required:
            return sources_only(bundle, stack)
        built = build(bundle, target)
        return lambda_.Code.from_asset(str(built.path), asset_hash=built.hash, asset_hash_type=AssetHashType.CUSTOM)

    return code


def sources_only(_bundle: Bundle, _stack: Stack) -> lambda_.Code:
    """Return the sources without their packages, for whoever looks at a template and deploys nothing."""
    return lambda_.Code.from_asset(str(ROOT / "lambda_fn"), exclude=["**/__pycache__"])
