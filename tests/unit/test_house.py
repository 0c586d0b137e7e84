"""The rooms of the house and the direction of their imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Package -> top-level modules, or dotted prefixes, that must not be imported anywhere below it.
FORBIDDEN = {
    "lambda_fn": {"training", "cdk", "tests", "sklearn", "joblib", "pickle", "scipy", "pandas", "pyarrow"},
    "lambda_fn/scoring": {
        *("boto3", "botocore", "mypy_boto3_s3", "aws_lambda_powertools"),
        *("fastapi", "starlette", "mangum"),
        *("lambda_fn.api", "lambda_fn.batch", "lambda_fn.registry", "lambda_fn.settings", "lambda_fn.telemetry"),
        *("lambda_fn.csv_io", "lambda_fn.tables"),
    },
    "lambda_fn/csv_io": {*("lambda_fn.api", "lambda_fn.batch", "lambda_fn.tables", "lambda_fn.registry"), "json"},
    "training": {"cdk", "tests", "lambda_fn.api", "lambda_fn.batch"},
    "cdk": {"training", "tests", "lambda_fn.api", "lambda_fn.batch"},
}
TOP_LEVEL = {"lambda_fn", "training", "cdk", "tests", "events", "docs", "Makefile", "pyproject.toml", "README.md"}
# Package -> its rooms, from the top down. A room may import itself and rooms further down; those of one line do not
# import each other.
ROOMS: dict[str, list[tuple[str, ...]]] = {
    "training": [
        ("cli",),
        ("job", "inspection"),
        ("release",),
        ("evaluation",),
        ("offers",),
        ("synthetic",),
        ("models",),
        ("data",),
        ("shops",),
        ("errors", "clock"),
    ],
    "lambda_fn": [
        ("api", "batch"),
        ("tables",),
        ("csv_io", "registry"),
        ("scoring", "s3_errors", "telemetry"),
        ("settings",),
        ("contract",),
    ],
}
MADE_BY_TOOLS = {"node_modules", "cdk.out"}
CUSTOMARY = {"LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "compose.yaml"}


def imports_of(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_go_one_way(package: str) -> None:
    sources = sorted((ROOT / package).rglob("*.py"))
    assert sources
    broken = [
        f"{source.relative_to(ROOT)} imports {module}"
        for source in sources
        if not MADE_BY_TOOLS.intersection(source.parts)
        for module in imports_of(source)
        if any(module == name or module.startswith(f"{name}.") for name in FORBIDDEN[package])
    ]
    assert broken == []


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_only_rooms_further_down(package: str) -> None:
    floors = {room: floor for floor, rooms in enumerate(ROOMS[package]) for room in rooms}
    found = {(room_of(source, package), source) for source in (ROOT / package).rglob("*.py")}
    assert {room for room, _ in found} - {"__init__", "__main__"} == set(floors)
    broken = [
        f"{source.relative_to(ROOT)} imports {target}"
        for room, source in found
        if room in floors
        for module in imports_of(source)
        if module.startswith(f"{package}.")
        if (target := module.split(".")[1]) != room and floors[room] >= floors.get(target, len(floors))
    ]
    assert broken == []


def room_of(source: Path, package: str) -> str:
    return source.relative_to(ROOT / package).parts[0].removesuffix(".py")


def test_the_top_level_is_what_the_readme_shows() -> None:
    shown = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "mlruns"}
    assert shown - CUSTOMARY <= TOP_LEVEL
