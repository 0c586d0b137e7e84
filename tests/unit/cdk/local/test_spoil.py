from __future__ import annotations

import pytest

from cdk.local.spoil import WAYS, Target, spoil
from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.columns import Layout
from lambda_fn.tables.files import read_table
from tests.unit.cdk.local.shop_tables import DIALECTS, model_of, table_of

HEADER = b"user_id,age,monthly_spend,average_order_value,country"
SPOILED = 4 * len(WAYS)


def clean_csv(rows: int) -> bytes:
    return b"\n".join([HEADER, *(b"u%d,30,100,20,USA" % number for number in range(rows)), b""])


def judged(table: bytes, manifest: Manifest) -> tuple[int, list[str]]:
    """Return how many rows the batch would score, and why it rejects the others."""
    found = list(read_table([table], Layout(manifest.recipe), manifest.dialect, id_column=manifest.id_column))
    return sum(map(len, found)), [row.reason for each in found for row in each.rejected]


@pytest.mark.parametrize("id_column", [None, "Kunden-Nr."])
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: f"{dialect.delimiter}{dialect.encoding}")
def test_the_batch_rejects_the_spoiled_rows_of_any_shop_and_no_others(dialect: Dialect, id_column: str | None) -> None:
    # Given a shop's table, all of whose rows are good
    manifest = model_of(dialect, id_column)
    table = table_of(dialect, 120)
    assert judged(table, manifest) == (120, [])

    # When some are spoiled
    spoiled = spoil(table, SPOILED, seed=1, target=Target.of(manifest))

    # Then those are rejected, for as many reasons as there are ways that fit the shop
    scored, reasons = judged(spoiled, manifest)
    unfit = (id_column is None) + (dialect.encoding == "latin-1")  # no id to be empty; every byte is text
    assert (scored, len(reasons)) == (120 - SPOILED, SPOILED)
    assert len(set(reasons)) == len(WAYS) - unfit


def test_spoils_exactly_the_rows_asked_for_and_keeps_the_header() -> None:
    # Given a clean file
    clean = clean_csv(100)

    # When four times as many rows as there are ways are spoiled
    spoiled = spoil(clean, SPOILED, seed=1)

    # Then that many lines differ, no line is lost, and the header stays
    before, after = clean.split(b"\n"), spoiled.split(b"\n")
    assert len(after) == len(before)
    assert after[0] == HEADER
    assert sum(a != b for a, b in zip(before, after, strict=True)) == SPOILED


def test_cells_that_need_quotes_keep_them_and_a_row_of_several_lines_is_left_alone() -> None:
    row = b'7,30,"a; ""b"", c","two\nlines",USA\n'
    single = b'8,30,"a, ""b""",20,USA\n'

    spoiled = spoil(HEADER + b"\n" + row + single, 1, seed=1)

    assert spoiled == HEADER + b"\n" + row + b'8,forty,"a, ""b""",20,USA\n'


def test_a_model_that_reads_no_number_has_no_number_to_spoil() -> None:
    manifest = model_of(DIALECTS[0])
    [category] = [field for field in manifest.recipe.inputs if field.kind == "category"]
    recipe = manifest.recipe.model_copy(update={"inputs": (category,)})

    target = Target.of(manifest.model_copy(update={"recipe": recipe}))

    assert target.number is None
    assert b"forty" not in spoil(table_of(DIALECTS[0], 60), 40, seed=1, target=target)


def test_the_seed_decides_the_places() -> None:
    clean = clean_csv(100)

    assert spoil(clean, 10, seed=1) == spoil(clean, 10, seed=1)
    assert spoil(clean, 10, seed=1) != spoil(clean, 10, seed=2)


def test_more_rows_than_there_are_cannot_be_spoiled() -> None:
    with pytest.raises(ValueError, match="cannot spoil 3 of 2 rows"):
        spoil(clean_csv(2), 3, seed=1)
