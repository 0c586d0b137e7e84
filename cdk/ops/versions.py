"""Published versions of the API's function: the snapshot of each costs money for as long as the version is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

KEPT_VERSIONS: Final = 2  # the one in service, and the one to shift back to
UNPUBLISHED: Final = "$LATEST"


def delete_older_versions(functions: LambdaClient, function_name: str, kept: int = KEPT_VERSIONS) -> list[str]:
    """Delete all but the ``kept`` newest versions and those that an alias names; return what was deleted.

    Lambda keeps the SnapStart snapshot of every published Python version, called or not, until the version is deleted.
    """
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=function_name)
    versions = [item["Version"] for page in pages for item in page["Versions"] if item["Version"] != UNPUBLISHED]
    newest = sorted(versions, key=int, reverse=True)[:kept]
    in_use = _named_by_an_alias(functions, function_name)
    older = [version for version in sorted(versions, key=int) if version not in in_use and version not in newest]
    for version in older:
        functions.delete_function(FunctionName=function_name, Qualifier=version)
    return older


def _named_by_an_alias(functions: LambdaClient, function_name: str) -> set[str]:
    """Return the versions that aliases send calls to, those of a release that is being shifted in included."""
    named = set()
    for page in functions.get_paginator("list_aliases").paginate(FunctionName=function_name):
        for alias in page["Aliases"]:
            named.add(alias["FunctionVersion"])
            named.update(alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
    return named
