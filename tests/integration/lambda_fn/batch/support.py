"""What the tests of the batch's tasks share: a job that nothing disturbs, and a worker that something does."""

from tests.integration.lambda_fn.batch.conftest import DATA_BUCKET, Shop


class WorkerDied(Exception):
    """The machine under a worker is gone."""


def expected(body: bytes, shop: Shop) -> tuple[bytes, bytes]:
    """Return what a job that nothing disturbs makes of a file."""
    shop.drop(body, "incoming/undisturbed.csv")
    shop.run("incoming/undisturbed.csv")
    results = shop.results("incoming/undisturbed.csv")
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key="incoming/undisturbed.csv")
    return results
