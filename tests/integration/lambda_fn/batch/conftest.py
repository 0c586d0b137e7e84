"""The batch workflow without Step Functions: its handlers, called as the state machine calls them, on S3 in process."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from lambda_fn import contract
from lambda_fn.batch import fail, finalize, measure_chunk, plan, score_chunk, settle, task
from lambda_fn.batch.keys import Outputs
from lambda_fn.registry import Artefact, Registry
from tests import csv_files, factories
from tests.integration.conftest import REGISTRY_BUCKET

DATA_BUCKET = "data"
KEY = "incoming/shoppers.csv"
AS_OF = {"as-of": factories.AS_OF.isoformat()}


class FileRefused(Exception):
    """``plan`` answered that the file cannot be scored, and why."""


@dataclass
class LambdaContext:
    """What Powertools asks of a Lambda context."""

    function_name: str = "batch"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:batch"
    aws_request_id: str = "request-1"


@dataclass
class Shop:
    """A data bucket, a registry with a champion, and the workflow between them."""

    s3: S3Client
    registry: Registry
    executions: int = 0

    def drop(self, body: bytes, key: str = KEY, metadata: Mapping[str, str] | None = None) -> None:
        """Drop a file; recency counts to a fixed day unless ``metadata`` says otherwise."""
        self.s3.put_object(
            Bucket=DATA_BUCKET, Key=key, Body=body, Metadata=dict(AS_OF if metadata is None else metadata)
        )

    def plan(self, key: str = KEY) -> dict[str, Any]:
        """Begin an execution for a dropped file."""
        self.executions += 1
        payload = {"bucket": DATA_BUCKET, "key": key, "execution": f"execution-{self.executions}"}
        return plan.handler(payload, LambdaContext())

    def chunks(self, planned: Mapping[str, Any]) -> list[dict[str, int]]:
        """Return the items of the map."""
        found: list[dict[str, int]] = json.loads(self.get(planned["chunks_key"]))
        return found

    def measure(self, planned: Mapping[str, Any], chunk: Mapping[str, int]) -> dict[str, Any]:
        """Run one worker that measures."""
        return measure_chunk.handler(_chunk_payload(planned, chunk), LambdaContext())

    def score(self, planned: Mapping[str, Any], chunk: Mapping[str, int]) -> dict[str, Any]:
        """Run one worker that scores."""
        return score_chunk.handler(_chunk_payload(planned, chunk), LambdaContext())

    def settle(self, planned: Mapping[str, Any]) -> None:
        """Measure what the offers cost and settle what the budget pays for."""
        for chunk in self.chunks(planned):
            self.measure(planned, chunk)
        settle.handler({"bucket": DATA_BUCKET, "job_key": planned["job_key"]}, LambdaContext())

    def score_all(self, planned: Mapping[str, Any]) -> None:
        """Run the workers one after the other."""
        for chunk in self.chunks(planned):
            self.score(planned, chunk)

    def finalize(self, planned: Mapping[str, Any]) -> dict[str, Any]:
        """End an execution."""
        return finalize.handler({"bucket": DATA_BUCKET, "job_key": planned["job_key"]}, LambdaContext())

    def run(self, key: str = KEY) -> dict[str, Any]:
        """Run the whole workflow; a file that cannot be scored raises."""
        planned = self.plan(key)
        if planned["refusal"] is not None:
            raise FileRefused(planned["refusal"])
        if planned["budget"] is not None:
            self.settle(planned)
        self.score_all(planned)
        return self.finalize(planned)

    def attempt(self, key: str = KEY) -> dict[str, Any]:
        """Run the whole workflow, with its last resort; return what ``fail`` wrote, or what ``finalize`` said."""
        try:
            return self.run(key)
        except FileRefused as refusal:
            failure = {"Error": contract.ERROR_UNUSABLE_FILE, "Cause": str(refusal)}
        except Exception as error:  # noqa: BLE001 - as a state machine does
            cause = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
            failure = {"Error": type(error).__name__, "Cause": cause}
        payload = {"bucket": DATA_BUCKET, "key": key, "execution": f"execution-{self.executions}", "error": failure}
        return fail.handler(payload, LambdaContext())

    def publish(self, version: str, bias: float = -3.0) -> None:
        """Publish another model."""
        self.registry.publish(Artefact(*factories.artefact(version, bias=bias)))

    def get(self, key: str) -> bytes:
        """Read an object of the data bucket."""
        return self.s3.get_object(Bucket=DATA_BUCKET, Key=key)["Body"].read()

    def keys(self, prefix: str = "") -> list[str]:
        """List the data bucket."""
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=DATA_BUCKET, Prefix=prefix).get("Contents", [])]

    def files(self, key: str = KEY) -> tuple[bytes, bytes]:
        """Return the scored file and the rejected rows of a dropped file, byte for byte."""
        outputs = Outputs.of(key)
        return self.get(outputs.scored), self.get(outputs.rejected)

    def results(self, key: str = KEY) -> tuple[bytes, bytes]:
        """Return them without the ids of the decisions, which differ from one version of a file to the next."""
        scored, rejected = self.files(key)
        return csv_files.without_decision_ids(scored), rejected

    def report(self, key: str = KEY) -> dict[str, Any]:
        """Return the report on a dropped file."""
        found: dict[str, Any] = json.loads(self.get(Outputs.of(key).report))
        return found


@pytest.fixture
def shop(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Return a shop whose champion is the model of ``factories``."""
    monkeypatch.setenv(contract.ENV_REGISTRY_BUCKET, REGISTRY_BUCKET)
    monkeypatch.setenv(contract.ENV_DATA_BUCKET, DATA_BUCKET)
    s3.create_bucket(Bucket=DATA_BUCKET)
    s3.put_bucket_versioning(Bucket=DATA_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    registry = Registry(REGISTRY_BUCKET, s3)
    manifest, files = factories.artefact()
    registry.publish(Artefact(manifest, files))
    registry.promote(manifest.model_version)
    _forget_clients()
    yield Shop(s3, registry)
    _forget_clients()


@pytest.fixture
def chunk_bytes(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that sets the size of a chunk."""
    return lambda size: monkeypatch.setattr(contract, "CHUNK_BYTES", size)


def on(event: str, act: Callable[[dict[str, Any]], Any]) -> None:
    """Call ``act`` with the parameters of each call of an S3 operation by a worker; what it raises, S3 raises."""

    def before(params: dict[str, Any], **_: Any) -> None:
        act(params)

    task.s3_client().meta.events.register(f"before-parameter-build.s3.{event}", before)


def _chunk_payload(planned: Mapping[str, Any], chunk: Mapping[str, int]) -> dict[str, Any]:
    return {"bucket": DATA_BUCKET, "job_key": planned["job_key"], "chunk": dict(chunk)}


def read_csv(body: bytes) -> list[dict[str, str]]:
    """Read a result as a spreadsheet would."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))


def _forget_clients() -> None:
    for remembered in (task.s3_client, task._scorer, task._instrumented):
        remembered.cache_clear()


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let retries follow at once."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
