"""Uploads in parts."""

from typing import Any

import pytest

from lambda_fn.batch import objects
from lambda_fn.contract import WORK_PREFIX
from tests import csv_files
from tests.integration.lambda_fn.batch.conftest import DATA_BUCKET, Shop, on
from tests.integration.lambda_fn.batch.support import WorkerDied, expected

FILE = csv_files.good_file(120)


pytestmark = pytest.mark.usefixtures("no_waiting")


def test_a_part_upload_that_breaks_off_leaves_nothing_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected(FILE, shop)
    shop.drop(FILE)
    planned = shop.plan()
    monkeypatch.setattr("lambda_fn.batch.multipart.BUFFER_BYTES", 1000)
    monkeypatch.setattr("lambda_fn.tables.scoring.ROWS_AT_ONCE", 20)
    monkeypatch.setattr(objects, "PIECE_BYTES", 700)
    uploads = iter([False, True])

    def break_off(_params: dict[str, Any]) -> None:
        if next(uploads, False):
            raise WorkerDied

    on("UploadPart", break_off)
    with pytest.raises(WorkerDied):
        shop.score_all(planned)
    assert shop.s3.list_multipart_uploads(Bucket=DATA_BUCKET).get("Uploads", []) == []
    assert [key for key in shop.keys(WORK_PREFIX) if key.endswith(".scored")] == []

    monkeypatch.undo()
    shop.score_all(planned)
    shop.finalize(planned)
    assert shop.results() == wanted
