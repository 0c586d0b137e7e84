"""Options that several commands share are checked in one place."""

import datetime as dt
from pathlib import Path

import pytest
import typer

from training.cli.options import check_family, data_options, open_registry, read_shop
from training.data.options import DataOptions
from training.errors import LabelRefused, ShopRefused, TrainingError
from training.shops.overrides import overridden
from training.shops.public_shopper import SHOPPER_FILE, public_shopper

LOCAL = "http://127.0.0.1:4566"
ADDRESS = "--endpoint, or AWS_ENDPOINT_URL, is an address with its scheme, such as http://127.0.0.1:4566"


def test_options_about_data_are_handed_on() -> None:
    path, day = Path("a.csv"), dt.datetime(2026, 5, 1)  # noqa: DTZ001  # as typer parses it
    assert data_options(path, None, "all", 40.0, "fraction", day, strict=True, allow_imbalance=True) == DataOptions(
        path=path,
        shop=overridden(public_shopper(), country="all", threshold_percent=40.0, label_unit="fraction"),
        as_of=dt.date(2026, 5, 1),
        strict=True,
        allow_imbalance=True,
    )
    assert data_options(path, None, None, None, None, None, strict=False, allow_imbalance=False) == DataOptions(path)


def test_a_shop_file_is_read_and_none_means_the_public_shopper(tmp_path: Path) -> None:
    copy = tmp_path / "shop.yaml"
    copy.write_text(SHOPPER_FILE.read_text(encoding="utf-8").replace("name: ", "name: other ", 1), encoding="utf-8")
    assert read_shop(None) == public_shopper()
    assert read_shop(copy) == public_shopper().model_copy(update={"name": f"other {public_shopper().name}"})
    with pytest.raises(ShopRefused, match=r"nowhere\.yaml"):
        read_shop(tmp_path / "nowhere.yaml")


def test_a_unit_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LabelRefused, match="no label unit 'permille'"):
        data_options(Path("a.csv"), None, None, None, "permille", None, strict=False, allow_imbalance=False)


def test_a_family_is_one_of_the_known_or_of_the_others() -> None:
    check_family("mlp")
    check_family("auto", "auto")
    with pytest.raises(typer.BadParameter, match="choose one of logistic"):
        check_family("auto")


@pytest.mark.parametrize("written", ["shop-models", "s3://shop-models", "s3://shop-models/"])
def test_a_bucket_is_taken_as_a_name_and_as_an_address(written: str) -> None:
    assert open_registry(written, LOCAL, "us-east-1")._bucket == "shop-models"


@pytest.mark.parametrize(
    "written", ["s3://shop-models/models", "https://shop-models.s3.amazonaws.com", "", "shop models"]
)
def test_what_is_no_bucket_is_told_in_words(written: str) -> None:
    with pytest.raises(TrainingError) as told:
        open_registry(written, LOCAL, "us-east-1")
    assert str(told.value) == f"--bucket takes the name of a bucket, such as shop-models; {written!r} is none"


@pytest.mark.parametrize("endpoint", ["127.0.0.1:4566", "localhost:4566", "localhost"])
def test_an_endpoint_without_its_scheme_is_told(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainingError, match=ADDRESS):
        open_registry("shop-models", endpoint, "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(TrainingError, match=ADDRESS):
        open_registry("shop-models", None, "us-east-1")


def test_a_region_that_is_none_is_told() -> None:
    with pytest.raises(TrainingError, match="--region, or AWS_REGION, is the name of a region, such as eu-central-1"):
        open_registry("shop-models", LOCAL, "us east")
