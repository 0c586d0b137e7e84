"""A faulty shop file: file, line and key are named, and what would be right."""

from pathlib import Path

import pytest

from training.errors import ShopRefused
from training.shops.public_shopper import SHOPPER_FILE
from training.shops.shop import Shop
from training.shops.validated_yaml import read_yaml, validate_yaml
from training.shops.yaml_lines import parse_yaml

SHOPPER = SHOPPER_FILE.read_text(encoding="utf-8")


def line_of(text: str) -> int:
    return SHOPPER[: SHOPPER.index(text)].count("\n") + 1


def refusal(right: str, wrong: str) -> str:
    with pytest.raises(ShopRefused) as refused:
        validate_yaml(parse_yaml(SHOPPER.replace(right, wrong, 1), "shop.yaml"), Shop)
    return str(refused.value)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("maximum: 120", "maximum: abc", "name: age,", "inputs[0].maximum: input should be a valid number"),
        (
            "kind: number, unit: years",
            "kind: numbr, unit: years",
            "name: age,",
            "inputs[0].kind: there is no 'numbr'",
        ),
        ("op: ratio", "op: ration", "op: ratio", "features[3].op: there is no 'ration'; did you mean ratio?"),
        ("labels: [Low", "label: [Low", "labels: [Low", "features[10].labels is required"),
        ("threshold_percent: 30", "threshold_percent: 130", "threshold_percent: 30", "label.threshold_percent: input"),
        ("unit: auto", "unit: percents", "unit: auto", "label.unit: input should be 'auto', 'percent' or 'fraction'"),
        (
            "numerator: ad_clicks_per_day",
            "numerator: ad_clickz",
            "numerator: ad_clicks",
            "'ad_clickz', which is",
        ),
        (
            "value_tiers: [Low, Mid]",
            "value_tiers: [Low, Midd]",
            "value_tiers: [Low, Mid]",
            "unknown tier 'Midd'; tiers are",
        ),
        ("leakage: [", "leakage: [age, ", "age_raw", "feature 'age_raw' is built from age"),
        ("  kind: rate\n", "  kind: rate\n  threshold: 30\n", "  column: cart", "unknown key label.threshold; did you"),
    ],
)
def test_a_fault_is_told_with_its_line_and_key(right: str, wrong: str, line: str, message: str) -> None:
    told = refusal(right, wrong)

    assert f"shop.yaml, line {line_of(line)}: " in told
    assert message in told


def test_several_faults_are_told_at_once() -> None:
    assert refusal("minimum: 13, maximum: 120", "minimun: 13, maximum: 120").splitlines() == [
        f"shop.yaml, line {line_of('name: age,')}: inputs[0].minimum is required",
        f"shop.yaml, line {line_of('name: age,')}: unknown key inputs[0].minimun; did you mean minimum?",
    ]


def test_what_is_learnt_from_data_does_not_belong_in_a_shop_file() -> None:
    assert "input 'age': default is learnt from the data; leave it out" in refusal(
        "maximum: 120", "maximum: 120, default: 40"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"caf\xe9: 1\n", "is not text in UTF-8"),
        (b"- a\n- b\n", "the file must be a mapping with the keys format"),
    ],
)
def test_a_file_that_is_no_shop_says_so(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_bytes(content)
    with pytest.raises(ShopRefused, match=message):
        read_yaml(path, Shop)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShopRefused, match=r"shop\.yaml cannot be read: No such file or directory"):
        read_yaml(tmp_path / "shop.yaml", Shop)
