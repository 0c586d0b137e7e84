"""A shop as a client of a deployed environment: it asks for a prediction, drops a file, collects the results."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from cdk.ops.aws import Aws, tls_context
from cdk.ops.outputs import StackOutputs
from cdk.ops.tokens import fetch_token
from lambda_fn import contract

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

REQUEST_TIMEOUT_SECONDS = 60.0  # the first call starts the function and loads the model
JOB_TIMEOUT_SECONDS = 300.0
POLL_SECONDS = 0.25
LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


class JobError(Exception):
    """A dropped file that could not be scored, or was not scored in time."""


@dataclass(frozen=True)
class JobResult:
    """Results of a dropped file: its report, and the rows of the scored and of the rejected file."""

    report: dict[str, Any]
    scored: list[dict[str, str]]
    rejected: list[dict[str, str]]


class ShopClient:
    """Talks to the API through its gateway and to the data bucket, with the outputs of the stacks and nothing else.

    Where the API asks for access tokens, it fetches one.

    outputs: of the stacks of one environment.
    endpoint, certificate: as ``Aws`` takes them.
    Raises TokenRefused.
    """

    def __init__(self, outputs: StackOutputs, endpoint: str | None, certificate: Path | None = None) -> None:
        aws = Aws(endpoint, certificate)
        self.outputs = outputs
        self.api_url = aws.gateway_url(outputs.api_url)
        self.s3: S3Client = aws.client("s3")
        self._workflow: SFNClient = aws.client("stepfunctions")
        found = aws.client("apigateway").get_api_key(apiKey=outputs.api_key_id, includeValue=True)
        self.api_key: str = found["value"]
        self._http = httpx.Client(
            trust_env=endpoint is None, verify=tls_context(certificate), timeout=REQUEST_TIMEOUT_SECONDS
        )
        if outputs.token_url:
            self._http.headers["Authorization"] = f"Bearer {self._fetch_token(aws, outputs.token_url)}"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self.s3.close()

    def _fetch_token(self, aws: Aws, token_url: str) -> str:
        found = aws.client("cognito-idp").describe_user_pool_client(
            UserPoolId=self.outputs.user_pool_id, ClientId=self.outputs.oauth_client_id
        )["UserPoolClient"]
        return fetch_token(self._http, aws.token_url(token_url), found["ClientId"], found["ClientSecret"])

    def get(self, path: str, *, key: str | None = None) -> httpx.Response:
        """Answer a GET below the base path; ``key`` is the API key to send, if any."""
        return self._http.get(self.api_url + path, headers=_key_header(key))

    def post(self, path: str, content: Mapping[str, Any], *, key: str | None, **query: int) -> httpx.Response:
        """Answer a POST of JSON below the base path; ``key`` is the API key to send, if any."""
        return self._http.post(self.api_url + path, json=dict(content), params=query, headers=_key_header(key))

    def predict(self, record: Mapping[str, Any], *, key: str | None, reasons: int = 0) -> httpx.Response:
        """Ask for one prediction, and for as many reasons; ``key`` is the API key to send, if any."""
        query = {"reasons": reasons} if reasons else {}
        return self.post("/predict", record, key=key, **query)

    def drop(self, name: str, body: bytes, **metadata: object) -> None:
        """Put a file where the batch workflow picks it up; ``metadata`` is the object's, such as a budget."""
        as_text = {name: str(value) for name, value in metadata.items()}
        key = contract.INCOMING_PREFIX + name
        self.s3.put_object(Bucket=self.outputs.data_bucket, Key=key, Body=body, Metadata=as_text)

    def collect(
        self,
        name: str,
        *,
        timeout_seconds: float = JOB_TIMEOUT_SECONDS,
        waiting: Callable[[], None] = lambda: None,
    ) -> JobResult:
        """Wait for a dropped file's report and fetch it with the scored and the rejected rows.

        Results of an earlier file of the same name are ignored.

        timeout_seconds: how long to wait.
        waiting: called between two looks.
        Raises JobError.
        """
        stem, _ending = contract.split_ending(name)
        incoming = self.s3.head_object(Bucket=self.outputs.data_bucket, Key=contract.INCOMING_PREFIX + name)
        since = incoming["LastModified"]
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            failed = self.failed_execution(name, since)
            if refusal := self.fetch(f"{contract.FAILED_PREFIX}{stem}.json", since):
                raise JobError(f"the workflow refused {name}: {refusal.decode()}")
            if failed is not None:
                raise JobError(
                    f"the workflow failed on {name} and could not say so in {contract.FAILED_PREFIX}: {failed}"
                )
            if report := self.fetch(f"{contract.REPORTS_PREFIX}{stem}.json", since):
                return JobResult(
                    report=json.loads(report),
                    scored=_rows(self.fetch(f"{contract.SCORED_PREFIX}{stem}.csv")),
                    rejected=_rows(self.fetch(f"{contract.REJECTED_PREFIX}{stem}.csv")),
                )
            waiting()
            time.sleep(POLL_SECONDS)
        raise JobError(f"{name} had neither a report nor a failure after {timeout_seconds:.0f} s")

    def failure(self, name: str, *, timeout_seconds: float = JOB_TIMEOUT_SECONDS) -> dict[str, Any]:
        """Wait for the file that says why a dropped file could not be scored. Raises JobError if it was scored."""
        try:
            self.collect(name, timeout_seconds=timeout_seconds)
        except JobError:
            body = self.fetch(f"{contract.FAILED_PREFIX}{contract.split_ending(name)[0]}.json")
            if body is None:
                raise
            content: dict[str, Any] = json.loads(body)
            return content
        raise JobError(f"{name} was scored")

    def failed_execution(self, name: str, since: dt.datetime = LONG_AGO) -> str | None:
        """Return why the workflow failed on a dropped file; None when it has not failed."""
        arn, key = self.outputs.state_machine_arn, contract.INCOMING_PREFIX + name
        for execution in self._workflow.list_executions(stateMachineArn=arn, statusFilter="FAILED")["executions"]:
            if execution["startDate"] < since:
                continue
            details = self._workflow.describe_execution(executionArn=execution["executionArn"])
            if json.loads(details["input"])["detail"]["object"]["key"] == key:
                return f"{details.get('error')}: {details.get('cause')}"
        return None

    def fetch(self, key: str, since: dt.datetime = LONG_AGO) -> bytes | None:
        """Read an object of the data bucket; None when there is none, or only one written before ``since``."""
        try:
            found = self.s3.get_object(Bucket=self.outputs.data_bucket, Key=key)
        except self.s3.exceptions.NoSuchKey:
            return None
        return found["Body"].read() if found["LastModified"] >= since else None


def _key_header(key: str | None) -> dict[str, str]:
    return {} if key is None else {"x-api-key": key}


def _rows(body: bytes | None) -> list[dict[str, str]]:
    return [] if body is None else list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))
