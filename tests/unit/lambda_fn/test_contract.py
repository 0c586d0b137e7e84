"""Names that code and infrastructure share name what is there."""

import importlib

import pytest

from lambda_fn import contract
from lambda_fn.batch import errors

HANDLERS = [name for name in vars(contract) if name.startswith("HANDLER_")]


@pytest.mark.parametrize("name", HANDLERS)
def test_every_handler_exists(name: str) -> None:
    module, _, function = getattr(contract, name).rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_the_workflow_knows_an_unusable_file_by_its_class() -> None:
    assert errors.UnusableFile.__name__ == contract.ERROR_UNUSABLE_FILE


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("incoming/a.csv", ("incoming/a", ".csv")),
        ("incoming/a.csv.gz", ("incoming/a", ".csv.gz")),
        ("incoming/a.CSV", ("incoming/a", ".CSV")),
        ("incoming/a.csv.csv", ("incoming/a.csv", ".csv")),
        ("incoming/a.txt", ("incoming/a.txt", "")),
    ],
)
def test_an_ending_is_split_off_once(key: str, parts: tuple[str, str]) -> None:
    assert contract.split_ending(key) == parts


def test_no_two_metrics_share_a_name() -> None:
    names = [value for name, value in vars(contract).items() if name.startswith("METRIC_") and isinstance(value, str)]
    names += contract.METRIC_PREDICTIONS_BY_RISK.values()
    assert len(set(names)) == len(names)
