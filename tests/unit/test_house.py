"""The rooms of the house, the direction of their imports, and where their tests are."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Package -> top-level modules, or dotted prefixes, that must not be imported anywhere below it.
FORBIDDEN = {
    "lambda_fn": {"training", "cdk", "console", "tests", "sklearn", "joblib", "pickle", "scipy", "pandas", "pyarrow"},
    "lambda_fn/scoring": {
        *("boto3", "botocore", "mypy_boto3_s3", "aws_lambda_powertools"),
        *("fastapi", "starlette", "mangum"),
        *(
            "lambda_fn.api",
            "lambda_fn.batch",
            "lambda_fn.registry",
            "lambda_fn.routing",
            "lambda_fn.settings",
            "lambda_fn.telemetry",
        ),
        *("lambda_fn.csv_io", "lambda_fn.tables"),
    },
    "lambda_fn/csv_io": {*("lambda_fn.api", "lambda_fn.batch", "lambda_fn.tables", "lambda_fn.registry"), "json"},
    "training": {"cdk", "console", "tests", "lambda_fn.api", "lambda_fn.batch"},
    "training/experiment": {
        *("lambda_fn.csv_io", "lambda_fn.registry", "lambda_fn.tables"),
        *("lambda_fn.scoring.artefact", "lambda_fn.scoring.offers", "training.offers"),
    },
    "cdk": {"training", "console", "tests", "lambda_fn.api", "lambda_fn.batch"},
    "console": {"cdk", "tests", "lambda_fn.api"},
}
# Room -> what it may import all the same: scoring on this machine is the batch's own code on folders.
EXCEPTIONS = {"training/offline": {"lambda_fn.batch"}}
# Package -> its rooms, from the top down. A room may import itself and rooms further down; those of one line do not
# import each other. A room that has rooms of its own has a list of its own.
ROOMS: dict[str, list[tuple[str, ...]]] = {
    "training": [
        ("cli",),
        ("retrain",),
        ("job", "inspection"),
        ("offline",),
        ("release",),
        ("drafting", "evaluation"),
        ("loop",),
        ("learning",),
        ("logged", "experiment"),
        ("offers",),
        ("synthetic",),
        ("models",),
        ("data",),
        ("shops",),
        ("errors", "clock", "gate"),
    ],
    "lambda_fn": [
        ("api", "batch"),
        ("tables",),
        ("csv_io", "registry"),
        ("routing",),
        ("scoring", "s3_errors", "telemetry"),
        ("settings",),
        ("contract",),
    ],
    "lambda_fn/api": [
        ("entry",),
        ("app",),
        ("documentation", "middleware", "metrics", "model_server"),
        ("serving",),
        ("answers", "decision_stream", "notices"),
        ("decided",),
        ("served_model", "problems"),
        ("parsing", "outcome_store", "after_answer", "direct_route", "rounded"),
    ],
    "lambda_fn/scoring": [
        ("deciding",),
        ("service",),
        ("drift", "features", "imputation", "model", "reasons"),
        ("columns", "offers", "onnx_runtime"),
        ("artefact",),
        ("arrays", "errors", "frozen"),
    ],
    "cdk": [("local",), ("ops",), ("app",), ("stacks",), ("constructs", "build"), ("environments",)],
    "console": [
        ("app",),
        ("tabs", "closed"),
        ("usage", "downloads"),
        ("backend",),
        ("client", "store", "inputs"),
        ("effect_figures",),
        ("settings", "figures", "exports"),
        ("html", "markup", "words", "effects", "customers"),
    ],
}
WITHOUT_CIRCLES = ("lambda_fn", "training", "cdk", "console")

# Package -> the folders of tests that mirror it.
MIRRORS = {
    "lambda_fn": ("unit/lambda_fn", "integration/lambda_fn"),
    "training": ("unit/training", "integration/training"),
    "cdk": ("unit/cdk", "infrastructure"),
    "console": ("unit/console", "integration/console", "e2e/console"),
}
# Package -> the least percentage of its modules with logic that have a test file of their name there.
TESTED_PERCENT = {"lambda_fn": 80, "training": 80, "cdk": 80, "console": 80}

TOP_LEVEL = {
    *("lambda_fn", "training", "cdk", "console", "tests", "events", "docs"),
    *("Makefile", "pyproject.toml", "README.md"),
}
MADE_BY_TOOLS = {"node_modules", "cdk.out"}
CUSTOMARY = {"LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "compose.yaml"}


def sources(package: str) -> list[Path]:
    found = (ROOT / package).rglob("*.py")
    return sorted(source for source in found if not MADE_BY_TOOLS.intersection(source.parts))


def imports_of(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_go_one_way(package: str) -> None:
    assert sources(package)
    broken = [
        f"{source.relative_to(ROOT)} imports {module}"
        for source in sources(package)
        for module in imports_of(source)
        if any(is_below(module, name) for name in FORBIDDEN[package] - excepted(source))
    ]
    assert broken == []


def is_below(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def excepted(source: Path) -> set[str]:
    return EXCEPTIONS.get(source.parent.relative_to(ROOT).as_posix(), set())


@pytest.mark.parametrize("package", ROOMS)
def test_rooms_import_only_rooms_further_down(package: str) -> None:
    floors = {room: floor for floor, rooms in enumerate(ROOMS[package]) for room in rooms}
    inside = f"{package.replace('/', '.')}."
    found = {(room_of(source, package), source) for source in sources(package)}
    assert {room for room, _ in found} - {"__init__", "__main__"} == set(floors)
    broken = [
        f"{source.relative_to(ROOT)} imports {target}"
        for room, source in found
        if room in floors
        for module in imports_of(source)
        if module.startswith(inside)
        if (target := module.removeprefix(inside).split(".")[0]) != room
        if floors[room] >= floors.get(target, len(floors))
    ]
    assert broken == []


def room_of(source: Path, package: str) -> str:
    return source.relative_to(ROOT / package).parts[0].removesuffix(".py")


@pytest.mark.parametrize("package", WITHOUT_CIRCLES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph = {module_name(source): set(imports_of(source)) for source in sources(package)}
    try:
        TopologicalSorter({name: (imports & graph.keys()) - {name} for name, imports in graph.items()}).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def module_name(source: Path) -> str:
    return ".".join(source.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("package", MIRRORS)
def test_modules_with_logic_have_a_test_file_of_their_name(package: str) -> None:
    modules = [source.relative_to(ROOT / package) for source in sources(package) if has_logic(source)]
    missing = [str(module) for module in modules if not any(path.exists() for path in places_of_tests(package, module))]
    percent = 100 * (1 - len(missing) / len(modules))
    assert percent >= TESTED_PERCENT[package], (
        f"{percent:.0f} % of the modules with logic in {package} have a test file of their name in tests/"
        f"{' or tests/'.join(MIRRORS[package])}; at least {TESTED_PERCENT[package]} % should. "
        f"Those without: {', '.join(missing)}"
    )


def has_logic(source: Path) -> bool:
    """Tell whether a module has a function or method that is neither a property nor returns a constant."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (is_property(node) or is_constant(node))
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    )


def is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(node, ast.Name) and "property" in node.id for node in function.decorator_list)


def is_constant(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    last = function.body[-1]
    return len(function.body) <= 2 and isinstance(last, ast.Return | ast.Expr) and isinstance(last.value, ast.Constant)


def places_of_tests(package: str, module: Path) -> Iterator[Path]:
    """Yield where the test file of a module may be; ``__main__`` is tested by ``test_main``."""
    for folder in MIRRORS[package]:
        yield ROOT / "tests" / folder / module.parent / f"test_{module.stem.strip('_')}.py"


def test_the_top_level_is_what_the_readme_shows() -> None:
    shown = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "mlruns"}
    assert shown - CUSTOMARY <= TOP_LEVEL
