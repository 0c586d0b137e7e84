"""The examples in docstrings are true."""

import doctest
import importlib

import pytest

MODULES = [
    "lambda_fn.api.serving",
    "lambda_fn.batch.assembly",
    "lambda_fn.contract",
    "lambda_fn.csv_io.exact",
    "lambda_fn.csv_io.header",
    "lambda_fn.csv_io.sniff",
    "lambda_fn.csv_io.spelling",
    "lambda_fn.scoring.offers.budget",
    "lambda_fn.scoring.columns",
    "lambda_fn.scoring.drift",
    "lambda_fn.scoring.features",
    "lambda_fn.scoring.offers.decider",
    "lambda_fn.scoring.service",
    "lambda_fn.tables.detect",
    "lambda_fn.tables.detect_dates",
    "lambda_fn.tables.detect_words",
    "console.tabs.one_input",
    "console.words",
    "training.clock",
    "training.data.label",
    "training.data.split",
    "training.drafting.bounds",
    "training.drafting.offers",
    "training.drafting.questions",
    "training.drafting.shop_text",
    "training.models.metrics",
    "training.offers.ab_test",
    "training.synthetic.twin",
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0
