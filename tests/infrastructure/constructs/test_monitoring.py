"""Whom alarms notify."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Stack

from cdk.environments import ENVIRONMENTS, Environment
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.synthesis import Synthesis, alarms_of

RELEASE_ALARM = "api-release-5xx-share"  # where releases are shifted in
WARNING = "aws:cdk:warning"


def test_every_alarm_notifies_the_topic_but_the_one_that_only_a_release_listens_to(each: Synthesis) -> None:
    (topic,) = each.of_type("AWS::SNS::Topic")
    silent = {name: alarm for name, alarm in alarms_of(each).items() if alarm.get("AlarmActions") != [{"Ref": topic}]}

    assert {name: alarm.get("AlarmActions", []) for name, alarm in silent.items()} == (
        {RELEASE_ALARM: []} if each.environment.canary else {}
    )


def test_notifications_are_encrypted_with_a_key_that_rotates_and_the_alarms_may_use(each: Synthesis) -> None:
    (key,) = each.of_type("AWS::KMS::Key")
    statements = each.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]

    assert each.only("AWS::SNS::Topic")["KmsMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    assert each.only("AWS::KMS::Key")["EnableKeyRotation"] is True
    assert {
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Resource": "*",
    } in statements


def test_prod_is_not_made_without_a_word_where_nobody_hears_its_alarms() -> None:
    def warnings(environment: Environment) -> list[str]:
        """Return what the command line prints.

        Not by `find_warning`: two packages install the class of its answer at one path, and only one can be read.
        """
        constructs = service_stack(synthesize(environment)).node.find_all()
        found = [entry for construct in constructs for entry in construct.node.metadata if entry.type == WARNING]
        return [str(entry.data) for entry in found if "Nobody hears" in str(entry.data)]

    [warning] = warnings(ENVIRONMENTS["prod"])
    assert "Nobody hears the alarms of prod: say -c alarm_emails=" in warning
    assert warnings(replace(ENVIRONMENTS["prod"], alarm_emails=("ops@company.com",))) == []
    assert warnings(ENVIRONMENTS["dev"]) == []


def service_stack(synthesis: Synthesis) -> Stack:
    (service,) = (child for child in synthesis.app.node.children if child.node.id.endswith("-Service"))
    assert isinstance(service, Stack)
    return service
