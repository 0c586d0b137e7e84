"""A table without ids: a row's id is the number of its line, so its file is read in one piece."""

from collections.abc import Callable

from lambda_fn.registry import Artefact
from tests import csv_files, factories
from tests.integration.lambda_fn.batch.conftest import Shop, read_csv

VERSION = "v20260702T120000-0123abcd"


def without_ids(lines: list[bytes]) -> list[bytes]:
    return [line.partition(b",")[2] for line in lines]


def test_the_ids_are_the_lines_of_the_file_as_an_editor_counts_them(
    shop: Shop, chunk_bytes: Callable[[int], None]
) -> None:
    # Given a shop without ids, and a file of many chunks' size with a blank line and a faulty row
    shop.registry.publish(Artefact(*factories.artefact(VERSION, id_column=None)))
    shop.registry.promote(VERSION)
    chunk_bytes(1500)
    rows = without_ids(csv_files.rows(100))
    lines = [*without_ids([csv_files.HEADER_LINE.rstrip()]), *rows[:50], b"", b"x" + rows[50], *rows[51:]]
    shop.drop(b"\n".join(lines) + b"\n")

    # When it is scored
    shop.run()

    # Then it was one chunk, and the ids of scored and rejected rows together are its lines
    scored, rejected = map(read_csv, shop.results())
    assert shop.report()["chunks"] == 1
    assert [row["line"] for row in rejected] == ["53"]
    assert [int(row["row"]) for row in scored] == [*range(2, 52), *range(54, 103)]
