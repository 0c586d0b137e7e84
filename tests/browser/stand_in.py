"""What the console talks to, small: an S3 of this machine, and the real API behind a stand-in of the gateway's key."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cdk.local.ministack import running
from cdk.ops.aws import Aws
from lambda_fn import contract
from lambda_fn.api.app import create_app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.batch.finalize import Finisher
from lambda_fn.batch.job import Chunk
from lambda_fn.batch.keys import WorkArea
from lambda_fn.batch.measure_chunk import measure_chunk
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.plan import Planner
from lambda_fn.batch.report import Report
from lambda_fn.batch.score_chunk import score_chunk
from lambda_fn.batch.settle import settle
from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.service import Scorer
from lambda_fn.settings import Settings
from tests.browser.visit import HOST

KEY: Final = "a-key"
REGISTRY_BUCKET, DATA_BUCKET = "registry", "data"
START_SECONDS: Final = 30.0
DROPPED_WITHIN_SECONDS: Final = 300.0
_PUBLIC: Final = tuple(f"{contract.API_BASE_PATH}/{path}" for path in contract.PUBLIC_PATHS)


@dataclass(frozen=True)
class StandIn:
    """The running stand-in.

    environment: variables with which ``python -m console`` opens on it.
    s3: a client of its S3.
    registry: its registry.
    """

    environment: dict[str, str]
    s3: Any
    registry: Registry

    def promote(self, artefact: Artefact) -> None:
        """Make a model the champion."""
        self.registry.publish(artefact)
        self.registry.promote(artefact.manifest.model_version)

    def score(self, name: str, body: bytes, metadata: Mapping[str, str] | None = None) -> Report:
        """Drop a file and have it scored."""
        key = contract.INCOMING_PREFIX + name
        self.s3.put_object(Bucket=DATA_BUCKET, Key=key, Body=body, Metadata=dict(metadata or {}))
        return self.run_workflow(key)

    def watch(self, name: str) -> threading.Thread:
        """Run the workflow once a file of this name is dropped, as EventBridge would have it; return the thread."""
        key = contract.INCOMING_PREFIX + name

        def score() -> None:
            deadline = time.monotonic() + DROPPED_WITHIN_SECONDS
            while DataBucket(DATA_BUCKET, self.s3).head(key) is None:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{key} was not dropped")
                time.sleep(0.1)
            self.run_workflow(key)

        thread = threading.Thread(target=score)
        thread.start()
        return thread

    def run_workflow(self, key: str) -> Report:
        """Run the workflow's tasks on a dropped file, in their order."""
        bucket = DataBucket(DATA_BUCKET, self.s3)
        job = Planner(bucket, self.registry, contract.CHUNK_BYTES).plan(key, uuid.uuid4().hex)
        model = self.registry.load(job.pins.model_version)
        scorer = Scorer(model.manifest, model.onnx)
        listed = json.loads(b"".join(bucket.pieces(WorkArea.of(job.execution).chunks)))
        chunks = [Chunk.model_validate(chunk) for chunk in listed]
        if job.budget is not None:
            for chunk in chunks:
                measure_chunk(bucket, job, chunk, scorer)
            settle(bucket, job)
        for chunk in chunks:
            score_chunk(bucket, job, chunk, scorer)
        return Finisher(bucket, job).finish(model.manifest)


@contextmanager
def stand_in(folder: Path) -> Iterator[StandIn]:
    """Start it without a model and without files; end it at the end."""
    with running(folder, {"SERVICES": "s3"}) as local_aws:
        s3 = Aws(local_aws.endpoint).client("s3")
        for bucket in (REGISTRY_BUCKET, DATA_BUCKET):
            s3.create_bucket(Bucket=bucket)
        registry = Registry(REGISTRY_BUCKET, s3)
        api = create_app(ModelServer(registry, ttl_seconds=0), Settings())
        with _serving(_Keyed(api)) as address:
            environment = {
                **local_aws.environment,
                "APP_API_URL": address + contract.API_BASE_PATH,
                "APP_API_KEY": KEY,
                contract.ENV_ENVIRONMENT: "local",
                contract.ENV_REGISTRY_BUCKET: REGISTRY_BUCKET,
                contract.ENV_DATA_BUCKET: DATA_BUCKET,
            }
            yield StandIn(environment, s3, registry)


class _Keyed:
    """Refuses requests without the key, as API Gateway does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] != "http" or scope["path"] in _PUBLIC or Headers(scope=scope).get("x-api-key") == KEY
        await (self._app if known else JSONResponse({"message": "Forbidden"}, 403))(scope, receive, send)


@contextmanager
def _serving(app: ASGIApp) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        sockets: Sequence[socket.socket] = [listening]
        thread = threading.Thread(target=server.run, kwargs={"sockets": list(sockets)}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            yield f"http://{HOST}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=START_SECONDS)
