"""Where packages come from, said once to pip and passed on to uv, which reads neither pip's variables nor its files.

``python cdk/build/package_index.py`` prints shell exports for the Makefile. It runs before any package is installed.
"""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from typing import Final

# pip's option, uv's variable, and what stands between several values there. What uv is told itself stays.
_PASSED_ON: Final = (
    ("index-url", "UV_DEFAULT_INDEX", " "),
    ("extra-index-url", "UV_INDEX", " "),
    ("find-links", "UV_FIND_LINKS", ","),
    ("trusted-host", "UV_INSECURE_HOST", " "),
    ("cert", "SSL_CERT_FILE", " "),
)
_OTHER_NAMES: Final = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}
_SECTIONS: Final = ("global", "install", ":env:")  # the later one wins, as in pip


def uv_settings(options: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that tell uv what ``options`` tell pip, without those that ``environment`` has already."""
    settings = {}
    for option, variable, between in _PASSED_ON:
        told = {variable, _OTHER_NAMES.get(variable, variable)} & environment.keys()
        if options.get(option) and not told:
            settings[variable] = between.join(options[option].split())
    if "UV_INDEX" in settings and "UV_INDEX_STRATEGY" not in environment:
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # what pip does; the locks' hashes hold in any case
    return settings


def pip_options(listed: str) -> dict[str, str]:
    """Return pip's options by name from what ``pip config list`` prints: its files and its variables."""
    options: dict[str, str] = {}
    for section in _SECTIONS:
        for line in listed.splitlines():
            key, _, value = line.partition("=")
            if key.startswith(f"{section}."):
                options[key.removeprefix(f"{section}.")] = str(ast.literal_eval(value))
    return options


@cache
def settings_from_pip() -> Mapping[str, str]:
    """Return the variables for uv that follow from this interpreter's pip; none where it has no pip."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    return uv_settings(pip_options(listed.stdout), os.environ)


if __name__ == "__main__":
    sys.stdout.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in settings_from_pip().items())
