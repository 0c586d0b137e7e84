"""What the Dockerfile and compose.yaml say, held against the Makefile. No Docker engine is needed, or asked."""

from __future__ import annotations

import re
import shlex
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from tests.dockerfile import Stage, stages

ROOT = Path(__file__).parents[3]
STAGES = stages()
RUN_BY_PEOPLE = ("api", "console", "mlflow", "s3")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def dry_run(*arguments: str) -> str:
    """Return what make would do, without doing it."""
    result = subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout


def test_every_make_target_that_the_dockerfile_runs_exists() -> None:
    commands = [step for stage in STAGES.values() for step in stage.all_of("RUN") if step.startswith("make ")]
    assert len(commands) == 4
    for command in commands:
        dry_run(*shlex.split(command)[1:])


def test_the_api_is_started_as_make_serve_starts_it() -> None:
    shown = dry_run("serve", "PREFIX=/opt/api", "HOST=0.0.0.0", "PORT=8080")
    serve = shown[shown.index("exec ") :].replace("\\\n", " ")
    assert ["exec", *STAGES["api"].command("CMD")] == shlex.split(serve)


def test_the_last_stage_is_the_api_on_a_slim_base() -> None:
    assert list(STAGES)[-1] == "api"
    assert STAGES["api"].base.endswith("-slim")
    assert STAGES["api"].all_of("COPY") == ["--from=build-api /opt/api /opt/api"]


@pytest.mark.parametrize("name", RUN_BY_PEOPLE)
def test_nothing_runs_as_root(name: str) -> None:
    keywords = [keyword for keyword, _ in STAGES[name].instructions]
    assert "USER" in keywords
    assert keywords.index("USER") < keywords.index("CMD")
    assert STAGES[name].all_of("USER") == ["service"]


def test_what_is_copied_is_in_the_build_context() -> None:
    # The ignore file refuses everything but what it names.
    first, *rest = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    assert first == "*"
    allowed = [line.removeprefix("!") for line in rest if line.startswith("!")]
    sources = {source for stage in STAGES.values() for source in copied(stage)}
    assert sources == set(allowed)
    assert all((ROOT / source).exists() for source in sources)


def copied(stage: Stage) -> list[str]:
    from_context = (line.split() for line in stage.all_of("COPY") if not line.startswith("--from"))
    return [source for *sources, _ in from_context for source in sources]


def test_compose_builds_stages_that_exist() -> None:
    targets = {service["build"]["target"] for service in COMPOSE["services"].values()}
    assert targets == set(RUN_BY_PEOPLE)
    assert targets <= set(STAGES)


def test_compose_opens_ports_to_this_machine_alone() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 4
    assert all(fnmatch(port, "127.0.0.1:*:*") for port in ports)


def test_the_containers_run_the_python_of_the_functions() -> None:
    from lambda_fn.contract import PYTHON_VERSION

    bases = {stage.base for stage in STAGES.values() if stage.base not in STAGES}
    assert {re.sub(r"-slim$", "", base) for base in bases} == {f"python:{PYTHON_VERSION}"}
