"""`check` and `signals` look at the data."""

from pathlib import Path

from tests.command_line import invoke


def test_check_reports_and_strict_refuses(twin_csv: Path) -> None:
    stdout, stderr = invoke("check", "--data", twin_csv, "--as-of", "2027-01-01", "--strict")
    assert stdout == "0 findings\n"
    assert "6,000 rows read, 6,000 usable" in stderr
    _, stderr = invoke("check", "--data", twin_csv, "--as-of", "2026-01-01", "--strict", code=1)
    assert "future date: last_purchase_date" in stderr


def test_signals_writes_tables_and_plots(small_csv: Path, tmp_path: Path) -> None:
    _, stderr = invoke("signals", "--data", small_csv, "--out", tmp_path / "signals")
    assert "impulse_buying_score" in stderr
    lines = (tmp_path / "signals" / "signals.csv").read_text().splitlines()
    assert lines[0] == "input,correlation,mutual_information,importance"
    assert len(lines) == 39
    assert len(list((tmp_path / "signals").glob("*.png"))) == 6
