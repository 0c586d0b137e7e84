"""The templates of every environment, each synthesized once: one worker has all of these tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from aws_cdk import App

from cdk.app import add_stacks, make_app
from cdk.build.function_code import sources_only
from cdk.environments import ENVIRONMENTS, Environment
from tests.infrastructure.synthesis import Synthesis


@cache
def synthesize(environment: Environment) -> Synthesis:
    """Synthesize an environment without building its bundles."""
    app: App = make_app()
    storage, service = add_stacks(app, environment, sources_only)
    assembly = app.synth()
    return Synthesis(
        environment=environment,
        app=app,
        storage=assembly.get_stack_by_name(storage.stack_name).template,
        service=assembly.get_stack_by_name(service.stack_name).template,
        protected=bool(storage.termination_protection and service.termination_protection),
    )


@pytest.fixture(scope="session", autouse=True)
def _no_account() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CDK_DEFAULT_ACCOUNT", raising=False)
        patch.delenv("CDK_DEFAULT_REGION", raising=False)
        yield


@pytest.fixture(params=list(ENVIRONMENTS))
def each(request: pytest.FixtureRequest, _no_account: None) -> Synthesis:
    """Every environment in turn."""
    return synthesize(ENVIRONMENTS[request.param])


@pytest.fixture(params=[name for name, environment in ENVIRONMENTS.items() if environment.in_aws])
def each_in_aws(request: pytest.FixtureRequest, _no_account: None) -> Synthesis:
    """Every environment that AWS gets."""
    return synthesize(ENVIRONMENTS[request.param])


@pytest.fixture
def every(_no_account: None) -> Mapping[str, Synthesis]:
    """All environments, by name."""
    return {name: synthesize(environment) for name, environment in ENVIRONMENTS.items()}


@pytest.fixture
def prod(_no_account: None) -> Synthesis:
    return synthesize(ENVIRONMENTS["prod"])


@pytest.fixture
def staging(_no_account: None) -> Synthesis:
    return synthesize(ENVIRONMENTS["staging"])


@pytest.fixture
def local(_no_account: None) -> Synthesis:
    return synthesize(ENVIRONMENTS["local"])
