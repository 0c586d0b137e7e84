"""The Lambda entry point, with recorded events of API Gateway."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import snapshot_restore_py
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from lambda_fn import contract
from lambda_fn.api import entry
from lambda_fn.registry import Artefact, Registry
from tests import events, factories
from tests.integration.conftest import REGISTRY_BUCKET
from training.logged.outcomes import read_outcomes
from training.logged.sources import read_files

DATA_BUCKET = "data"
CHALLENGER = "v20260702T120000-00000002"


@pytest.mark.usefixtures("promoted")
class TestHandler:
    """The Lambda entry point, with recorded events of API Gateway."""

    @pytest.fixture
    def call(self, s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], dict[str, Any]]:
        s3.create_bucket(Bucket=DATA_BUCKET)
        monkeypatch.setenv(contract.ENV_REGISTRY_BUCKET, REGISTRY_BUCKET)
        monkeypatch.setenv(contract.ENV_DATA_BUCKET, DATA_BUCKET)
        entry.application.cache_clear()
        entry._lambda_handler.cache_clear()
        context = SimpleNamespace(
            function_name="api", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="request"
        )
        return lambda event: entry.handler(event, context)

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("api_predict", 200),
            ("api_predict_minimal", 200),
            ("api_predict_unknown_category", 200),
            ("api_predict_out_of_bounds", 200),  # this small model does not read age; see the end-to-end tests
            ("api_predict_batch", 200),
            ("api_predict_reasons", 200),
            ("api_health", 200),
            ("api_outcomes", 200),
        ],
    )
    def test_recorded_events_are_answered(
        self, call: Callable[[dict[str, Any]], dict[str, Any]], name: str, status: int
    ) -> None:
        answer = call(events.load(name))
        assert (answer["statusCode"], answer["isBase64Encoded"]) == (status, False)
        assert json.loads(answer["body"])

    def test_recorded_outcomes_are_kept_as_learning_reads_them(
        self, call: Callable[[dict[str, Any]], dict[str, Any]], s3: S3Client
    ) -> None:
        assert json.loads(call(events.load("api_outcomes"))["body"]) == {"taken": 2}
        found = read_outcomes(read_files(f"s3://{DATA_BUCKET}/{contract.OUTCOMES_PREFIX}", s3))
        assert (found.rows, found.taken) == (2, 2)
        assert found.table["order_value"].tolist() == [80.5, 12]

    def test_the_gateways_request_id_is_the_correlation_id(
        self, call: Callable[[dict[str, Any]], dict[str, Any]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        request_id = events.load("api_predict")["requestContext"]["requestId"]
        for event in (events.load("api_predict"), events.load("api_predict") | {"body": "{"}):
            assert call(event)["headers"]["x-correlation-id"] == request_id
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line.get("correlation_id") for line in lines] == [request_id] * 3
        [_age, metric, refusal] = lines
        assert metric[contract.METRIC_PREDICTIONS] == [1]
        assert (refusal["message"], refusal["status"]) == ("request refused", 422)

    def test_a_prediction_writes_metrics_by_version_and_arm(
        self, call: Callable[[dict[str, Any]], dict[str, Any]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        call(events.load("api_predict"))
        lines = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in line]
        [age, metric] = lines
        assert age[contract.METRIC_MODEL_AGE_DAYS][0] > 0
        [directive] = metric["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == contract.METRIC_NAMESPACE
        assert directive["Dimensions"] == [["service"], ["service", "model_version", "arm"]]
        assert metric["service"] == "cart-abandonment-local"
        assert metric["model_version"] == factories.VERSION
        assert metric[contract.METRIC_PREDICTIONS] == [1]
        assert metric[contract.METRIC_PREDICTIONS_BY_RISK["HIGH"]] == [1]

    @pytest.mark.parametrize(
        ("code", "metric"),
        [
            ("NoSuchKey", None),
            ("AccessDenied", contract.METRIC_REGISTRY_FAILURES),
            ("routing", contract.METRIC_REGISTRY_FAILURES),
            ("model", contract.METRIC_MODEL_LOAD_FAILURES),
        ],
    )
    def test_what_is_wrong_with_the_models_is_counted_by_its_kind(
        self,
        call: Callable[[dict[str, Any]], dict[str, Any]],
        s3: S3Client,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        code: str,
        metric: str | None,
    ) -> None:
        # Given nothing promoted, a registry that refuses us, a broken routing, or a broken champion
        broken = {"routing": contract.ROUTING_KEY, "model": f"models/{factories.VERSION}/model.onnx"}
        if code in broken:
            s3.put_object(Bucket=REGISTRY_BUCKET, Key=broken[code], Body=b"broken")
        else:
            refusal = ClientError({"Error": {"Code": code}}, "GetObject")
            monkeypatch.setattr("botocore.client.BaseClient._make_api_call", Mock(side_effect=refusal))
        # When somebody asks
        answer = call(events.load("api_predict"))
        # Then it is counted as what it is, and the first time of all is no failure
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        counted = {name for line in lines if "_aws" in line for name in line if name.endswith("Failures")}
        assert answer["statusCode"] == 503
        assert counted == ({metric} if metric else set())
        assert code in broken or code not in answer["body"]  # what S3 said is for the log

    def test_a_restored_snapshot_answers_with_what_is_promoted_now(
        self, call: Callable[[dict[str, Any]], dict[str, Any]], registry: Registry
    ) -> None:
        # Given a snapshot taken with one model in service, whose routing is young
        entry.prepare_snapshot()
        served = json.loads(call(events.load("api_predict"))["body"])["model_version"]
        # When another model is promoted, and the snapshot restored
        registry.publish(Artefact(*factories.artefact(CHALLENGER)))
        registry.promote(CHALLENGER)
        [(restore, arguments, keywords)] = snapshot_restore_py.get_after_restore()
        restore(*arguments, **keywords)
        # Then the first answer is the new model's
        assert served == factories.VERSION
        assert json.loads(call(events.load("api_predict"))["body"])["model_version"] == CHALLENGER
