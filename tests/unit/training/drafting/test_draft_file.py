"""Any shop's table is drafted into a shop file that passes the checks without an edit."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data import sessions, tables
from tests.data.sessions import Sessions
from training.data.options import DataOptions
from training.drafting.draft_file import draft_file
from training.drafting.shop_text import ShopText
from training.errors import DataRefused
from training.inspection import inspect
from training.job import RunOptions, run
from training.offline.score_file import score_file
from training.shops.shop import Shop
from training.shops.validated_yaml import read_yaml

ALWAYS_ASKED = ("the currency of the offers", "every order is assumed")


def write(tmp_path: Path, found: Sessions) -> Path:
    path = tmp_path / "sessions.csv"
    path.write_bytes(found.data)
    return path


def drafted(path: Path, found: Sessions) -> tuple[Shop, ShopText]:
    text = draft_file(path, found.label, [found.abandoned])
    file = path.with_suffix(".yaml")
    file.write_text(str(text), encoding="utf-8")
    return read_yaml(file, Shop), text


@pytest.mark.parametrize("table", sessions.ALL, ids=lambda table: table.__name__)
def test_a_draft_passes_the_checks_without_an_edit(table: Callable[[], Sessions], tmp_path: Path) -> None:
    found = table()
    path = write(tmp_path, found)
    shop, _ = drafted(path, found)
    report = inspect(DataOptions(path, shop))
    assert [finding for finding in report.findings if finding.level == "error"] == []
    assert {finding.check for finding in report.findings} <= {"missing", "label", "future date"}
    assert len(report.usable) >= 0.85 * sessions.ROWS


@pytest.mark.parametrize(
    ("table", "inputs"),
    [
        (sessions.mark_and_separator_line, {"Seiten", "Sekunden", "Stadt", "Letzter Kauf"}),
        (sessions.integer_codes_and_no_id, {"Region", "OS", "Browser", "pages"}),
        (sessions.quoted_with_dotted_names, {"age", "emp var.rate", 'cons.price"idx'}),
        (sessions.windows_1252_with_decimal_commas, {"Straße", "Umsatz", "Größe"}),
        (sessions.dollars_and_short_dates, {"Income", "Dt_Customer", "pages"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_column_that_says_something_is_an_input(
    table: Callable[[], Sessions], inputs: set[str], tmp_path: Path
) -> None:
    found = table()
    shop, _ = drafted(write(tmp_path, found), found)
    assert {item.name for item in shop.inputs} == inputs


@pytest.mark.parametrize(
    ("table", "asked", "line"),
    [
        (sessions.undecided_dates, "seen dates as DD/MM/YYYY; no value tells day from month: say which", "dates:"),
        (sessions.integer_codes_and_no_id, "number or code? 8 different whole numbers", "{name: OS"),
        (sessions.nearly_empty_columns, "b 'NA' stands for a missing cell", "missing:"),
        (sessions.label_of_three_values, "do all of >30, NO mean that the cart was not abandoned?", "completed:"),
        (sessions.windows_1252_with_decimal_commas, "no column is the id", "id: row"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_the_user_has_to_decide_is_asked_at_its_line(
    table: Callable[[], Sessions], asked: str, line: str, tmp_path: Path
) -> None:
    found = table()
    _, text = drafted(write(tmp_path, found), found)
    where = next(place for place, question in text.questions if asked in question)
    assert line in text.lines[where - 1]


def test_a_table_that_leaves_nothing_open_is_asked_about_offers_only(tmp_path: Path) -> None:
    found = sessions.mark_and_separator_line()
    _, text = drafted(write(tmp_path, found), found)
    assert [question for _, question in text.questions if not question.startswith(ALWAYS_ASKED)] == []


def test_a_draft_is_the_same_every_time_and_packed_or_not(tmp_path: Path) -> None:
    found = sessions.blanks_as_missing()
    path, packed = write(tmp_path, found), tmp_path / "sessions.csv.gz"
    packed.write_bytes(gzip.compress(found.data))
    texts = {str(draft_file(each, found.label, [found.abandoned])) for each in (path, path, packed)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("table", "label", "abandoned", "message"),
    [
        (tables.months_first, "seen", ["1"], "no seen is '1'"),
        (tables.months_first, "seen", [], "say which of them means abandoned with --abandoned"),
        (tables.months_first, "churn", ["1"], "there is no column 'churn'; the columns are id, seen"),
        (tables.local_dates, "left", ["0"], "every row of left means abandoned: there is nothing to learn"),
        (tables.byte_order_mark, "Name", ["Köln"], "no column is left to learn from"),
        (lambda: b"", "a", ["1"], "the file is empty|line 1 must name the columns"),
        (lambda: b"a,a\n1,2\n", "a", ["1"], "the header names a more than once"),
        (lambda: b"\x1f\x8bdamaged", "a", ["1"], "is damaged"),
    ],
)
def test_a_table_that_cannot_be_drafted_says_what_to_do(
    table: Callable[[], bytes], label: str, abandoned: list[str], message: str, tmp_path: Path
) -> None:
    path = write(tmp_path, Sessions(table(), label, ""))
    with pytest.raises(DataRefused, match=message):
        draft_file(path, label, abandoned)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="there is no file"):
        draft_file(tmp_path / "nowhere.csv", "a", ["1"])


@pytest.mark.parametrize(
    "table", [sessions.mark_and_separator_line, sessions.windows_1252_with_decimal_commas], ids=lambda t: t.__name__
)
def test_a_drafted_shop_trains_and_scores_its_own_table(table: Callable[[], Sessions], tmp_path: Path) -> None:
    # Given a table, and the shop file that was drafted from it
    found = table()
    path = write(tmp_path, found)
    shop, _ = drafted(path, found)
    # When a model is trained and scores the same file
    options = RunOptions(DataOptions(path, shop), shop.offers, "logistic", out=tmp_path / "models", track=False)
    trained = run(options)
    scored = score_file(tmp_path / "models" / trained.version, path, tmp_path / "out", {"as-of": "2026-06-30"})
    # Then every row is scored, under the shop's own name for the id
    assert (scored.report["rows"], scored.report["scored"], scored.report["rejected"]) == (600, 600, 0)
    header = (tmp_path / "out" / "scored.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header.split(",")[0] == shop.table.id
