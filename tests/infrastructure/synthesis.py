"""Reads what a synthesized environment says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import App

from cdk.environments import Environment
from lambda_fn import contract

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Synthesis:
    """The two templates of an environment."""

    environment: Environment
    app: App
    storage: Mapping[str, Any]
    service: Mapping[str, Any]
    protected: bool  # against deletion of the stacks

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Return the resources of a CloudFormation type, in both stacks, by logical id."""
        resources = {**self.storage["Resources"], **self.service["Resources"]}
        return {name: resource for name, resource in resources.items() if resource["Type"] == kind}

    def properties(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Return the properties of the resources of a type, by logical id."""
        return {name: resource.get("Properties", {}) for name, resource in self.of_type(kind).items()}

    def only(self, kind: str) -> Mapping[str, Any]:
        """Return the properties of the one resource of a type."""
        (properties,) = self.properties(kind).values()
        return properties

    def named(self, kind: str, part: str) -> Mapping[str, Any]:
        """Return the properties of the one resource of a type whose logical id contains ``part``."""
        (properties,) = (value for name, value in self.properties(kind).items() if part in name)
        return properties


def flat(value: Any) -> str:
    """Write a template's value as one text: references as ``<Name>``, imports by what they import."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(flat(part) for part in value)
    match value:
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(flat(part) for part in parts)
        case {"Fn::ImportValue": name}:
            return f"<{'Registry' if 'ModelStore' in name else 'Data'}>"
        case {"Fn::GetAtt": [name, _]} | {"Ref": name}:
            return f"<{name}>"
    return json.dumps(value)


def workflow(synthesis: Synthesis) -> dict[str, Any]:
    """Return the state machine's definition, with references flattened."""
    definition: dict[str, Any] = json.loads(
        flat(synthesis.only("AWS::StepFunctions::StateMachine")["DefinitionString"])
    )
    return definition


def lifecycle_rules(synthesis: Synthesis, bucket: str) -> list[dict[str, Any]]:
    """Return the lifecycle rules of the bucket whose logical id contains ``bucket``."""
    rules: list[dict[str, Any]] = synthesis.named("AWS::S3::Bucket", bucket)["LifecycleConfiguration"]["Rules"]
    return rules


def alarms_of(synthesis: Synthesis) -> dict[str, Any]:
    """Return the alarms of an environment by the name of their rule."""
    prefix = f"{contract.service_name(synthesis.environment.name)}-"
    return {
        alarm["AlarmName"].removeprefix(prefix): alarm
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
    }
