"""docs/architecture.md draws what is there: rooms and their imports, AWS resources and their handlers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Set
from pathlib import Path

import pytest

from tests.infrastructure.synthesis import Synthesis

ROOT = Path(__file__).parents[2]
DIAGRAM = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```mermaid")[1].split("```")[0]
LABELS = dict(re.findall(r'^ +(\w+)\["(.+)"\]$', DIAGRAM, re.MULTILINE))
EVERYWHERE = {"lambda_fn.contract", "lambda_fn.s3_errors", "lambda_fn.settings", "lambda_fn.telemetry"}

# Not drawn: what carries permissions, settings or records of the resources that are drawn, or guards them.
PLUMBING = {
    *("ApiGateway::Account", "ApiGateway::ApiKey", "ApiGateway::Deployment", "ApiGateway::GatewayResponse"),
    *("ApiGateway::Method", "ApiGateway::Resource", "ApiGateway::Stage", "ApiGateway::UsagePlan"),
    *("ApiGateway::Authorizer", "ApiGateway::UsagePlanKey"),
    *("Cognito::UserPool", "Cognito::UserPoolClient", "Cognito::UserPoolDomain", "Cognito::UserPoolResourceServer"),
    *("IAM::Policy", "IAM::Role", "KMS::Key", "Logs::LogGroup", "CloudWatch::Dashboard"),
    *("Lambda::Alias", "Lambda::Permission", "Lambda::Version"),
    *("S3::BucketPolicy", "SNS::Subscription", "SNS::TopicPolicy", "SQS::QueuePolicy"),
    *(
        "CodeBuild::Project",
        "CodeDeploy::Application",
        "CodeDeploy::DeploymentGroup",
        "WAFv2::WebACL",
        "WAFv2::WebACLAssociation",
    ),
}

Edge = tuple[str, str]


def drawn_imports() -> set[Edge]:
    return {(LABELS[start], LABELS[end]) for start, end in re.findall(r"^ +(\w+) --> (\w+)$", DIAGRAM, re.MULTILINE)}


def rooms() -> set[str]:
    return {label for label in LABELS.values() if label == "training" or re.fullmatch(r"lambda_fn\.\w+", label)}


def imports() -> Iterator[Edge]:
    """Every import of one room by another."""
    for source in sorted([*(ROOT / "lambda_fn").rglob("*.py"), *(ROOT / "training").rglob("*.py")]):
        module = ".".join(source.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    yield room(module), room(name)


def room(module: str) -> str:
    return module.partition(".")[0] if module.startswith("training") else ".".join(module.split(".")[:2])


def closure(edges: Set[Edge]) -> set[Edge]:
    found = set(edges)
    while more := {(start, far) for start, end in found for near, far in found if end == near} - found:
        found |= more
    return found


def test_every_room_is_drawn() -> None:
    packages = {
        f"lambda_fn.{path.stem}"
        for path in (ROOT / "lambda_fn").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }
    assert rooms() == (packages - EVERYWHERE) | {"training"}


def test_the_arrows_are_the_imports() -> None:
    real = {edge for edge in imports() if set(edge) <= rooms() and edge[0] != edge[1]}
    assert drawn_imports() - real == set()
    assert closure(drawn_imports()) == closure(real)


def test_the_resources_are_those_of_the_templates(each: Synthesis) -> None:
    drawn = {label.split("<br/>")[0] for label in LABELS.values() if "::" in label}
    templates = (each.storage, each.service)
    real = {
        resource["Type"].removeprefix("AWS::") for template in templates for resource in template["Resources"].values()
    }
    assert drawn - real == set()
    assert {kind for kind in real - drawn - PLUMBING if not kind.startswith("CDK::")} == set()


def test_the_functions_run_the_handlers_that_are_drawn(prod: Synthesis) -> None:
    drawn = [label.split("<br/>")[1] for label in LABELS.values() if label.startswith("Lambda::Function")]
    real = [function["Handler"] for function in prod.properties("AWS::Lambda::Function").values()]
    assert sorted(drawn) == sorted(real)


@pytest.mark.parametrize(("broken", "missing"), [({("a", "b")}, ("a", "c")), (set(), ("a", "b"))])
def test_a_missing_arrow_would_be_seen(broken: set[Edge], missing: Edge) -> None:
    assert closure(broken) != closure(broken | {missing, ("b", "c")})
