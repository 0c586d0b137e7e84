"""The training job in AWS, started by hand."""

from __future__ import annotations

from typing import Any

from cdk.constructs.training import project_name
from cdk.environments import Environment


def start(environment: Environment, builds: Any) -> str:
    """Start an environment's training job; return its id, and where its log is."""
    build = builds.start_build(projectName=project_name(environment))["build"]
    return f"{build['id']}; its log: {build.get('logs', {}).get('deepLink', 'in CodeBuild')}"
