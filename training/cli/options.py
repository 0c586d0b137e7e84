"""Options that several commands share, named once."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lambda_fn.contract import ENV_REGISTRY_BUCKET
from training.models.families import FAMILIES

if TYPE_CHECKING:
    from lambda_fn.registry import Registry
    from training.data.options import DataOptions
    from training.shops.shop import Shop

Data = Annotated[Path, typer.Option("--data", help="Table as the shop writes it: CSV, packed with gzip or not.")]
ShopFile = Annotated[
    Path | None, typer.Option("--shop", help="Shop file (YAML), as `draft` writes it; the public shopper when absent.")
]
Country = Annotated[
    str | None, typer.Option(help="Keep the rows of one country, or 'all'; those of the shop file when absent.")
]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
ThresholdPercent = Annotated[
    float | None,
    typer.Option(help="Abandonment rate, in percent, from which the label is 1; the shop file's when absent."),
]
LabelUnit = Annotated[
    str | None, typer.Option(help="Unit of the rate column: auto, percent or fraction; the shop file's when absent.")
]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Day that recency counts to; the newest plausible date when absent."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Treat warnings about the data as errors.")]
AllowImbalance = Annotated[bool, typer.Option("--allow-imbalance", help="Accept a label with a minority below 10 %.")]
Bucket = Annotated[
    str | None,
    typer.Option("--bucket", envvar=ENV_REGISTRY_BUCKET, help="Registry bucket, where models lie."),
]
RegistryBucket = Annotated[str, typer.Option("--bucket", envvar=ENV_REGISTRY_BUCKET, help="Registry bucket.")]
Endpoint = Annotated[str | None, typer.Option(help="AWS endpoint; AWS_ENDPOINT_URL when absent.", show_default=False)]
Region = Annotated[str | None, typer.Option(help="AWS region; the environment's when absent.", show_default=False)]

_BUCKET_NAME = re.compile(r"[\w.-]{3,255}|arn:[\w:./-]+", re.ASCII)  # or the ARN of an access point


def check_family(name: str, *others: str) -> None:
    """Raise BadParameter unless ``name`` is a model family or one of ``others``."""
    if name not in (*others, *FAMILIES):
        raise typer.BadParameter(f"choose one of {', '.join((*others, *FAMILIES))}", param_hint="--model")


def data_options(
    data: Path,
    shop: Path | None,
    country: str | None,
    threshold_percent: float | None,
    label_unit: str | None,
    as_of: dt.datetime | None,
    strict: bool,
    allow_imbalance: bool,
) -> DataOptions:
    """Return the options about data, checked."""
    from training.data.options import DataOptions
    from training.shops.overrides import overridden

    return DataOptions(
        path=data,
        shop=overridden(read_shop(shop), country=country, threshold_percent=threshold_percent, label_unit=label_unit),
        as_of=as_of.date() if as_of else None,
        strict=strict,
        allow_imbalance=allow_imbalance,
        shop_file=shop,
    )


def read_shop(path: Path | None) -> Shop:
    """Return the shop of a file; the public shopper's where none is named."""
    from training.shops.public_shopper import public_shopper
    from training.shops.shop import Shop
    from training.shops.validated_yaml import read_yaml

    return public_shopper() if path is None else read_yaml(path, Shop)


def open_registry(bucket: str, endpoint: str | None, region: str | None) -> Registry:
    """Return the registry in a bucket; raise TrainingError where bucket or endpoint cannot be one."""
    import boto3
    from botocore.exceptions import InvalidRegionError

    from lambda_fn.registry import Registry
    from training.errors import TrainingError

    name = bucket.removeprefix("s3://").removesuffix("/")
    if not _BUCKET_NAME.fullmatch(name):
        raise TrainingError(f"--bucket takes the name of a bucket, such as shop-models; {bucket!r} is none")
    try:
        client = boto3.client("s3", endpoint_url=endpoint, region_name=region)
    except InvalidRegionError as error:
        raise TrainingError("--region, or AWS_REGION, is the name of a region, such as eu-central-1") from error
    except ValueError as error:
        raise TrainingError(
            f"{error}: --endpoint, or AWS_ENDPOINT_URL, is an address with its scheme, such as http://127.0.0.1:4566"
        ) from error
    return Registry(name, client)
