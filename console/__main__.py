"""Serve the console: ``python -m console``, with its settings in the environment."""

from __future__ import annotations

import logging
import sys
from typing import Final

import uvicorn
from pydantic import ValidationError

from console.settings import ConsoleSettings

GRACE_SECONDS: Final = 2  # for open pages, which hold a connection as long as they are open


def main() -> None:
    """Serve until interrupted; settings that cannot be used end it with a message."""
    try:
        settings = ConsoleSettings()
    except ValidationError as error:
        sys.exit("\n".join(_worded(problem) for problem in error.errors()))
    print(f"The console opens at http://{settings.host}:{settings.port}/ (Ctrl-C ends it)", flush=True)  # noqa: T201
    from console.app import application  # takes seconds

    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = uvicorn.Config(
        application(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run()


def _worded(problem: object) -> str:
    assert isinstance(problem, dict)
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"Set {name}: `make local` starts an environment, and `make console` takes its address from there."
    return f"{name or 'settings'}: {problem['msg']}"


main()
