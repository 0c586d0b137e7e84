"""GitHub's workflows as far as they can be held to account here: pins, permissions, versions, targets that exist."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
DEPLOYED = ("dev", "staging", "prod")
WRITES = {
    "deploy.yml": {"diff": {"id-token", "pull-requests"}, **{name: {"id-token"} for name in DEPLOYED}},
    "deploy-environment.yml": {"deploy": {"id-token"}},
}


def read(workflow: Path) -> dict[str, Any]:
    # A base loader leaves `on:` a text instead of YAML 1.1's true.
    loaded: dict[str, Any] = yaml.load(workflow.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return loaded


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in read(workflow)["jobs"].values():
        yield from job.get("steps", ())


def test_these_are_the_workflows() -> None:
    assert [workflow.name for workflow in WORKFLOWS] == ["ci.yml", "deploy-environment.yml", "deploy.yml"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_commit_with_its_tag_beside_it(workflow: Path) -> None:
    used = re.findall(r"uses: (.+)", workflow.read_text(encoding="utf-8"))
    assert used
    assert [action for action in used if not (PINNED.fullmatch(action) or action.startswith("./"))] == []


def test_an_action_has_one_pin_everywhere() -> None:
    used = {action for workflow in WORKFLOWS for action in re.findall(r"uses: (\w.+)", workflow.read_text("utf-8"))}
    assert len(used) == len({action.partition("@")[0] for action in used})


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_may_write_only_what_it_must(workflow: Path) -> None:
    loaded = read(workflow)
    assert set(dict(loaded["permissions"] or {}).values()) <= {"read"}
    writing = {
        name: {scope for scope, access in job["permissions"].items() if access == "write"}
        for name, job in loaded["jobs"].items()
        if "write" in job.get("permissions", {}).values()
    }
    assert writing == WRITES.get(workflow.name, {})


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_no_checkout_leaves_its_token_behind(workflow: Path) -> None:
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"] == {"persist-credentials": "false"} for step in checkouts)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_is_pasted_into_a_script(workflow: Path) -> None:
    # What a pull request can choose (a branch's name, a title) would be run; variables are not.
    assert [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_ci_runs_the_pythons_that_the_project_names() -> None:
    matrix = read(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    prefix = "Programming Language :: Python :: "
    assert matrix == [name.removeprefix(prefix) for name in PROJECT["classifiers"] if name.startswith(prefix)]
    assert PROJECT["requires-python"] == f">={matrix[0]}"


def test_the_functions_run_a_python_that_ci_runs() -> None:
    from lambda_fn.contract import PYTHON_VERSION

    assert f"Programming Language :: Python :: {PYTHON_VERSION}" in PROJECT["classifiers"]


def test_every_environment_in_aws_is_deployed_in_order() -> None:
    from cdk.environments import ENVIRONMENTS

    deployed = [name for name, environment in ENVIRONMENTS.items() if environment.in_aws]
    workflow = read(ROOT / ".github/workflows/deploy.yml")
    jobs = workflow["jobs"]
    assert deployed == list(DEPLOYED)
    assert workflow["on"]["workflow_dispatch"]["inputs"]["environment"]["options"] == deployed
    # Each waits for the checks and for the environment before it; a matrix would promise no order.
    calling = {
        name: job for name, job in jobs.items() if job.get("uses") == "./.github/workflows/deploy-environment.yml"
    }
    assert {name: (job["with"], job["needs"]) for name, job in calling.items()} == {
        "dev": ({"environment": "dev"}, "checks"),
        "staging": ({"environment": "staging"}, ["checks", "dev"]),
        "prod": ({"environment": "prod"}, ["checks", "staging"]),
    }
    [compare] = [step["run"] for step in workflow["jobs"]["diff"]["steps"] if "make diff" in step.get("run", "")]
    assert re.findall(r"for environment in ([\w ]+);", compare) == [" ".join(deployed)]


@pytest.mark.parametrize(("name", "before"), [("dev", None), ("staging", "dev"), ("prod", "staging")])
def test_only_main_is_deployed_and_only_where_what_comes_before_went_well(name: str, before: str | None) -> None:
    condition = " ".join(read(ROOT / ".github/workflows/deploy.yml")["jobs"][name]["if"].split())
    main = "github.ref == 'refs/heads/main' && vars.AWS_REGION != ''"
    by_hand = f"inputs.environment == '{name}'"
    if before is None:
        assert condition == f"{main} && (github.event_name == 'push' || {by_hand})"
    else:
        # Without a status function a job whose `needs` was skipped would be skipped, too: one chosen by hand has some.
        assert condition == (
            f"!cancelled() && needs.checks.result == 'success' && {main} "
            f"&& (github.event_name == 'push' && needs.{before}.result == 'success' || {by_hand})"
        )


def test_an_environment_is_deployed_with_its_own_role_and_asked_for_predictions() -> None:
    job = read(ROOT / ".github/workflows/deploy-environment.yml")["jobs"]["deploy"]
    scripts = [step["run"] for step in job["steps"] if "run" in step]

    assert job["environment"] == "${{ inputs.environment }}"
    assert job["concurrency"] == {"group": "deploy-${{ inputs.environment }}", "cancel-in-progress": "false"}
    assert [re.findall(r"make ([a-z-]+)", script) for script in scripts] == [
        ["setup"],
        ["deploy"],
        ["first-model"],
        ["smoke"],
    ]


@pytest.mark.parametrize(
    ("emails", "told"), [("", ""), ("a@shop.com,b@shop.com", "-c alarm_emails=a@shop.com,b@shop.com")]
)
def test_the_deployment_says_who_hears_the_alarms(emails: str, told: str) -> None:
    steps_ = read(ROOT / ".github/workflows/deploy-environment.yml")["jobs"]["deploy"]["steps"]
    [script] = [step["run"] for step in steps_ if "make deploy" in step.get("run", "")]
    # When the shell runs it, with a `make` that only says what it was given
    said = subprocess.run(
        ["bash", "-euc", f'make() {{ printf "%s\n" "$@"; }}; {script}'],
        env={"ENVIRONMENT": "prod", "ALARM_EMAILS": emails},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    # Then the flags are one argument, with the addresses where there are any
    assert said == ["deploy", "ENV=prod", f"CDK_FLAGS=--require-approval never --no-notices {told}"]


def test_every_make_target_of_the_workflows_exists() -> None:
    targets = {
        target
        for workflow in WORKFLOWS
        for step in steps(workflow)
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert {"test", "audit", "deploy", "diff", "smoke"} <= targets
    for target in targets:
        subprocess.run(["make", "--dry-run", target, "ENV=dev"], cwd=ROOT, check=True, capture_output=True)
