"""cdk-nag and cfn-lint find nothing that is not acknowledged where it is."""

from __future__ import annotations

import json

from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

from tests.infrastructure.synthesis import Synthesis

# The CDK makes functions wait for the policies of their role, and names the role, too, which a reference implies.
CDK_REPEATS_DEPENDENCIES = "W3005"


def test_cdk_nag_has_no_finding_that_is_not_acknowledged(each: Synthesis) -> None:
    report = AwsSolutionsChecks(each.app).validate_scope(each.app)

    findings = [
        f"{violation.rule_name} at {resource.construct_path}"
        for violation in report.violations
        for resource in violation.violating_resources
    ]
    assert findings == []


def test_no_acknowledgement_covers_a_whole_stack(each: Synthesis) -> None:
    stacks = [each.app, *(each.app.node.try_find_child(child.node.id) for child in each.app.node.children)]

    assert [
        entry.type
        for construct in stacks
        if construct is not None
        for entry in construct.node.metadata
        if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY
    ] == []


def test_cfn_lint_has_no_finding(each: Synthesis) -> None:
    config = ManualArgs(ignore_checks=[CDK_REPEATS_DEPENDENCIES], regions=["us-east-1"])
    for template in (each.storage, each.service):
        assert [str(match) for match in lint(json.dumps(template), config=config)] == []
