"""A dropped file is one version, whatever happens to its key."""

import pytest

from lambda_fn import contract
from lambda_fn.batch.errors import UnusableFile
from tests import csv_files
from tests.integration.lambda_fn.batch.conftest import DATA_BUCKET, KEY, Shop

FILE = csv_files.good_file(120)


pytestmark = pytest.mark.usefixtures("no_waiting")


def test_a_file_deleted_between_event_and_plan_is_told(shop: Shop) -> None:
    shop.drop(FILE)
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key=KEY)
    note = shop.attempt()
    assert note["message"] == f"{KEY} was deleted before it could be read; drop it again"
    assert note["error"] == contract.ERROR_UNUSABLE_FILE


def test_a_file_deleted_after_the_plan_is_still_scored(shop: Shop) -> None:
    shop.drop(FILE)
    planned = shop.plan()
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key=KEY)
    shop.score_all(planned)
    assert shop.finalize(planned)["scored"] == 120


def test_a_version_that_is_gone_cannot_be_scored(shop: Shop) -> None:
    shop.drop(FILE)
    planned = shop.plan()
    version = shop.s3.head_object(Bucket=DATA_BUCKET, Key=KEY)["VersionId"]
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key=KEY, VersionId=version)
    with pytest.raises(UnusableFile, match="was deleted while it was read"):
        shop.score_all(planned)
