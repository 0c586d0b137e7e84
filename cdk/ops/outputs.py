"""What a deployed environment offers: the outputs of its stacks, typed. ``python -m cdk.ops.outputs ENV`` prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import typer
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cdk.environments import ENVIRONMENTS
from cdk.ops.aws import Aws


class OutputsError(Exception):
    """The stacks are not there, or do not say what they should."""


class StackOutputs(BaseModel):
    """The contract between the stacks and everything that talks to them.

    token_url, user_pool_id, oauth_client_id: None where the API asks for no access tokens.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    api_url: str = Field(alias="ApiUrl")
    api_key_id: str = Field(alias="ApiKeyId")
    registry_bucket: str = Field(alias="RegistryBucket")
    data_bucket: str = Field(alias="DataBucket")
    state_machine_arn: str = Field(alias="StateMachineArn")
    alarm_topic_arn: str = Field(alias="AlarmTopicArn")
    dashboard_url: str = Field(alias="DashboardUrl")
    service_dashboard_url: str = Field(alias="ServiceDashboardUrl")
    api_function_name: str = Field(alias="ApiFunctionName")
    token_url: str | None = Field(default=None, alias="TokenUrl")
    user_pool_id: str | None = Field(default=None, alias="UserPoolId")
    oauth_client_id: str | None = Field(default=None, alias="OAuthClientId")

    def as_written(self) -> dict[str, str]:
        """Return the outputs that are there by the names the stacks give them."""
        return self.model_dump(by_alias=True, exclude_none=True)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read what ``cdk deploy --outputs-file`` wrote. Raises OutputsError."""
        return cls._from_stacks(json.loads(path.read_text()))

    @classmethod
    def from_cloudformation(cls, environment: str, endpoint: str | None = None) -> Self:
        """Ask CloudFormation for the stacks of an environment. Raises OutputsError."""
        if environment not in ENVIRONMENTS:
            raise OutputsError(f"there is no environment {environment!r}; there are {', '.join(ENVIRONMENTS)}")
        try:
            pages = Aws(endpoint).client("cloudformation").get_paginator("describe_stacks").paginate()
            stacks = {
                stack["StackName"]: {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
                for page in pages
                for stack in page["Stacks"]
                if stack["StackName"].startswith(ENVIRONMENTS[environment].stack_prefix)
            }
        except (BotoCoreError, ClientError) as error:
            raise OutputsError(f"{error}. Set AWS_PROFILE, or AWS_REGION and credentials, of the account") from error
        if not stacks:
            raise OutputsError(f"no stack of environment {environment!r} is deployed in this account and region")
        return cls._from_stacks(stacks)

    @classmethod
    def _from_stacks(cls, stacks: Mapping[str, Mapping[str, str]]) -> Self:
        outputs = {name: value for stack in stacks.values() for name, value in stack.items()}
        try:
            return cls.model_validate(outputs)
        except ValidationError as error:
            missing = ", ".join(str(problem["loc"][0]) for problem in error.errors())
            raise OutputsError(f"the stacks {', '.join(stacks)} lack the outputs {missing}") from error


def main(environment: str) -> None:
    """Print the outputs of an environment deployed to AWS."""
    try:
        outputs = StackOutputs.from_cloudformation(environment)
    except OutputsError as error:
        sys.exit(f"error: {error}")
    for name, value in outputs.as_written().items():
        sys.stdout.write(f"{name:<16} {value}\n")


if __name__ == "__main__":
    typer.run(main)
