"""Environments are data that refuses what cannot be deployed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cdk.environments import ENVIRONMENTS, Environment, EnvironmentRefused, find


@pytest.mark.parametrize("name", ["qa", "Prod", "", None])
def test_an_unknown_environment_is_refused_with_the_list_of_those_that_exist(name: str | None) -> None:
    with pytest.raises(EnvironmentRefused, match="choose one with -c env=NAME: local, dev, staging, prod"):
        find(name)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"base_path": "shop"}, "base_path: .shop. is not a path such as /shop"),
        ({"base_path": "/shop/"}, "base_path: ./shop/. is not a path such as /shop"),
        ({"cors_origins": ("*",)}, "is not an origin such as"),
        ({"cors_origins": ("https://shop.company.com/path",)}, "is not an origin such as"),
        ({"cors_origins": ("http://shop.company.com",)}, "is not https"),
        ({"cors_origins": ("https://shop.example.com",)}, "is a placeholder"),
        ({"cors_origins": ("https://your-shop.com",)}, "is a placeholder"),
        ({"alarm_emails": ("CHANGE_ME@company.com",)}, "is a placeholder"),
        ({"alarm_emails": ("<ops@company.com>",)}, "is a placeholder"),
        ({"alarm_emails": ("ops",)}, "is not an e-mail address"),
        ({"log_days": 8}, "log_days: 8 is none of 7, 30, 90, 365"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(values: dict[str, Any], why: str) -> None:
    with pytest.raises(EnvironmentRefused, match=f"environment 'prod': .*{why}.*; .* has local, dev, staging, prod"):
        replace(ENVIRONMENTS["prod"], **values).checked()


def test_real_values_are_taken() -> None:
    prod = replace(ENVIRONMENTS["prod"], cors_origins=("https://shop.company.com",), alarm_emails=("ops@company.com",))

    assert prod.checked() is prod
    assert all(environment.checked() is environment for environment in ENVIRONMENTS.values())


def test_only_prod_keeps_what_a_deleted_stack_held() -> None:
    def kept(environment: Environment) -> tuple[bool, bool, bool]:
        return environment.keep_data, environment.termination_protection, environment.access_logs

    assert {name: kept(environment) for name, environment in ENVIRONMENTS.items()} == {
        "local": (False, False, False),
        "dev": (False, False, False),
        "staging": (False, False, False),
        "prod": (True, True, True),
    }


def test_local_leaves_out_what_the_local_aws_refuses() -> None:
    local = ENVIRONMENTS["local"]

    assert (local.in_aws, local.canary, local.firewall, local.snap_start, local.cognito) == (False,) * 5


def test_the_key_that_dropped_files_may_be_encrypted_with_is_named_in_full() -> None:
    arn = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-abcd-0123-0123456789ab"
    named = replace(ENVIRONMENTS["prod"], upload_key_arns=(arn,))
    assert named.checked() is named
    with pytest.raises(EnvironmentRefused, match="is not the ARN of a KMS key"):
        replace(ENVIRONMENTS["prod"], upload_key_arns=("alias/uploads",)).checked()
