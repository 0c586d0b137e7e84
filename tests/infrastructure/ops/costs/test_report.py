"""docs/costs.md and the README say what the templates cost."""

from __future__ import annotations

from collections.abc import Mapping

from cdk.ops.costs.bill import Footprint, Use
from cdk.ops.costs.report import DOCUMENT, SHOWN, document, in_short
from tests.infrastructure.synthesis import Synthesis


def footprint(synthesis: Synthesis) -> Footprint:
    return Footprint.of(synthesis.environment, [synthesis.storage, synthesis.service])


def test_the_document_says_what_the_templates_cost(every: Mapping[str, Synthesis]) -> None:
    footprints = {name: footprint(every[name]) for name in SHOWN}
    assert DOCUMENT.read_text(encoding="utf-8") == document(footprints, Use()), "run `make costs`"


def test_the_readme_says_the_same(every: Mapping[str, Synthesis]) -> None:
    readme = " ".join((DOCUMENT.parents[1] / "README.md").read_text(encoding="utf-8").split())
    said = in_short({name: footprint(every[name]) for name in SHOWN}, Use())
    assert [sentence for sentence in said if sentence not in readme] == []
