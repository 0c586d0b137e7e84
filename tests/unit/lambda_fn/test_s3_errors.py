"""S3's codes mean the same in every room."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambda_fn import s3_errors

QUESTIONS = (s3_errors.is_absent, s3_errors.is_bucket_absent, s3_errors.is_conflict, s3_errors.is_unchanged)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("NoSuchKey", s3_errors.is_absent),
        ("NoSuchVersion", s3_errors.is_absent),
        ("404", s3_errors.is_absent),
        ("NoSuchBucket", s3_errors.is_bucket_absent),
        ("PreconditionFailed", s3_errors.is_conflict),
        ("412", s3_errors.is_conflict),
        ("ConditionalRequestConflict", s3_errors.is_conflict),
        ("304", s3_errors.is_unchanged),
        ("AccessDenied", None),
        ("SlowDown", None),
    ],
)
def test_a_code_has_one_meaning_or_none(code: str, meaning: object) -> None:
    error = ClientError({"Error": {"Code": code}}, "GetObject")
    assert [question for question in QUESTIONS if question(error)] == ([meaning] if meaning else [])


def test_where_s3_did_not_answer_the_code_is_the_kind_of_failure() -> None:
    error = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    assert s3_errors.error_code(error) == "EndpointConnectionError"
    assert not any(question(error) for question in QUESTIONS)


def test_an_answer_without_a_code_means_nothing() -> None:
    assert s3_errors.error_code(ClientError({}, "GetObject")) == ""
