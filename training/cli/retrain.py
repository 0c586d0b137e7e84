"""`retrain`: what the training job in AWS runs."""

from __future__ import annotations

from typing import Annotated

import typer

from lambda_fn.contract import ENV_DATA_BUCKET
from training.cli import options
from training.cli.caller import caller
from training.cli.console import plain_errors, result, say
from training.models.families import AUTO


def retrain(
    bucket: options.RegistryBucket,
    data_bucket: Annotated[
        str, typer.Option(envvar=ENV_DATA_BUCKET, help="Bucket whose newest CSV below training/ to train on.")
    ],
    topic: Annotated[
        str | None, typer.Option(help="ARN of the SNS topic that is told of a model left waiting.")
    ] = None,
    promote: Annotated[bool, typer.Option(help="Promote it where it passes the gates.")] = True,
    shop: options.ShopFile = None,
    country: options.Country = None,
    model: Annotated[str, typer.Option(help="Model family, or auto.")] = AUTO,
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Train on the newest CSV below training/ in a bucket, publish, and promote where the gates pass.

    A model that is not promoted is no failure: the topic is told why.
    """
    options.check_family(model, AUTO)
    with plain_errors():
        import boto3

        from training import retrain as job
        from training.job import RunOptions

        registry = options.open_registry(bucket, endpoint, region)
        offers = options.read_shop(shop).offers
        outcome = job.retrain(
            boto3.client("s3", endpoint_url=endpoint, region_name=region),
            data_bucket,
            registry,
            lambda path: RunOptions(
                data=options.data_options(path, shop, country, None, None, None, False, False),
                policy=offers,
                family=model,
                registry=registry,
                track=False,
            ),
            auto_promote=promote,
            who=caller(endpoint, region) if promote else None,
            say=say,
        )
        say(f"not promoted: {outcome.refusal}" if outcome.refusal else "promoted")
        if outcome.refusal and topic:
            job.notify(boto3.client("sns", endpoint_url=endpoint, region_name=region), topic, outcome, bucket)
        result(outcome.version)
