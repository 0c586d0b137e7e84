"""Where the functions' code comes from: the bundles, built when a stack is about to be deployed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Protocol

from aws_cdk import AssetHashType, Stack
from aws_cdk import aws_lambda as lambda_

from cdk.bundling import Bundle, Target, build


class CodeSource(Protocol):
    """Gives the code of each bundle to a stack."""

    def api(self, stack: Stack) -> lambda_.Code:
        """Return the code of the API function."""
        ...

    def batch(self, stack: Stack) -> lambda_.Code:
        """Return the code of the batch functions."""
        ...


class BuiltCode:
    """The real bundles for one target."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def api(self, stack: Stack) -> lambda_.Code:
        """Return the API bundle."""
        return self._code(Bundle.API, stack)

    def batch(self, stack: Stack) -> lambda_.Code:
        """Return the batch bundle."""
        return self._code(Bundle.BATCH, stack)

    def _code(self, bundle: Bundle, stack: Stack) -> lambda_.Code:
        if not stack.bundling_required:  # `cdk list`, `cdk destroy`
            return PlaceholderCode().api(stack)
        built = build(bundle, self._target)
        return lambda_.Code.from_asset(str(built.path), asset_hash=built.hash, asset_hash_type=AssetHashType.CUSTOM)


class PlaceholderCode:
    """An empty folder, for commands and tests that look at a template and deploy nothing."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir()) / "cart-abandonment-no-code"

    def api(self, stack: Stack) -> lambda_.Code:  # noqa: ARG002
        """Return the empty folder."""
        return self._code()

    def batch(self, stack: Stack) -> lambda_.Code:  # noqa: ARG002
        """Return the empty folder."""
        return self._code()

    def _code(self) -> lambda_.Code:
        self._folder.mkdir(exist_ok=True)
        (self._folder / "README").write_text("no code\n")
        return lambda_.Code.from_asset(str(self._folder))
