"""Posted outcomes, kept below ``outcomes/`` in the data bucket: one object a request."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lambda_fn.contract import OUTCOMES_PREFIX
from lambda_fn.scoring.errors import ScoringError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

POSTED_PREFIX: Final = f"{OUTCOMES_PREFIX}posted/"
_NAME_CHARACTERS: Final = 32


class OutcomesNotKept(ScoringError):
    """Outcomes could not be kept; they can be sent again."""


class Keeps(Protocol):
    """What the application needs of a store."""

    def keep(self, table: bytes) -> str:
        """Write a CSV and return its key; raise OutcomesNotKept."""


class OutcomeStore:
    """Writes outcomes to a bucket. An object's name follows from its content: sent again, they are kept once."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def keep(self, table: bytes) -> str:
        """Write a CSV and return its key; raise OutcomesNotKept."""
        key = f"{POSTED_PREFIX}{hashlib.sha256(table).hexdigest()[:_NAME_CHARACTERS]}.csv"
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=table, ContentType="text/csv")
        except (BotoCoreError, ClientError) as error:
            raise OutcomesNotKept("the data bucket does not take them; send them again") from error
        return key
