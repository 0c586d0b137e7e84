"""cdk-nag findings that stand, each acknowledged on the resource it is about, with the reason a reviewer needs."""

from __future__ import annotations

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from aws_cdk import aws_s3 as s3
from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Record why these AwsSolutions findings (without that prefix) are right as they are on this construct."""
    Validations.of(construct).acknowledge(*(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason) for rule in rules))


def wildcard(resource: str) -> str:
    """Name the finding of a policy that allows ``resource``, a text with a ``*``."""
    return f"IAM5[Resource::{resource}]"


def wildcard_objects(bucket: s3.IBucket, prefix: str) -> str:
    """Name the finding of a policy, in another stack, that allows the bucket's objects below ``prefix``."""
    owner = Stack.of(bucket)
    exported = owner.resolve(owner.export_value(bucket.bucket_arn))
    return wildcard(f"{exported['Fn::ImportValue']}/{prefix}*")


def logical_id(element: IConstruct) -> str:
    """Return the name that the template, and so a finding, gives a construct's main resource."""
    resource = element.node.default_child
    assert isinstance(resource, CfnElement), f"{element.node.path} has no resource of its own"
    return str(Stack.of(element).resolve(resource.logical_id))
