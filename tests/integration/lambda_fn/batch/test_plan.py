"""Files as people drop them: packed, with other line ends, other column orders, odd names; and those of no use."""

import gzip
import itertools
import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from lambda_fn import contract
from lambda_fn.batch import dropped_file, plan, task
from lambda_fn.contract import ERROR_UNUSABLE_FILE, MAX_LINE_BYTES
from tests import csv_files
from tests.integration.lambda_fn.batch.conftest import DATA_BUCKET, KEY, Shop, on, read_csv

ROWS = csv_files.rows(60)
PLAIN = csv_files.file_of(ROWS)


def reordered(lines: list[bytes]) -> bytes:
    """Return the file with its columns in another order, and one that nobody needs."""
    order = [7, 3, 0, 9, 1, 2, 4, 8, 6, 5]
    whole = [csv_files.HEADER_LINE.rstrip(), *lines]
    return b"".join(
        b",".join([b"extra", *(line.split(b",")[position] for position in order)]) + b"\n" for line in whole
    )


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(b"\xef\xbb\xbf" + PLAIN, id="byte order mark"),
        pytest.param(csv_files.file_of(ROWS, b"\r\n"), id="CRLF"),
        pytest.param(PLAIN.rstrip(b"\n"), id="no last line end"),
        pytest.param(reordered(ROWS), id="other columns"),
        pytest.param(
            b"\n".join(b",".join(b'"%b"' % field for field in line.split(b",")) for line in PLAIN.splitlines()),
            id="quoted",
        ),
    ],
)
def test_what_means_the_same_is_scored_the_same(shop: Shop, variant: bytes) -> None:
    shop.drop(PLAIN, "incoming/plain.csv")
    shop.run("incoming/plain.csv")
    shop.drop(variant)
    shop.run()
    assert shop.results()[0] == shop.results("incoming/plain.csv")[0]


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(PLAIN), gzip.compress(PLAIN[:777]) + gzip.compress(PLAIN[777:]), gzip.compress(PLAIN) + b"\0" * 512],
    ids=["one member", "several members", "padded"],
)
def test_a_packed_file_is_scored_as_its_text(shop: Shop, packed: bytes) -> None:
    shop.drop(PLAIN, "incoming/plain.csv")
    shop.run("incoming/plain.csv")
    shop.drop(packed, "incoming/packed.csv.gz")

    summary = shop.run("incoming/packed.csv.gz")

    assert summary["rows"] == 60
    assert csv_files.without_decision_ids(shop.get("scored/packed.csv")) == csv_files.without_decision_ids(
        shop.get("scored/plain.csv")
    )


@pytest.mark.parametrize(
    "name", ["with space.csv", "50%+tax & more.csv", "käufer/日本 ☕.csv", "2026/11/23/a'b\"c.csv", "q?x=1#frag.csv"]
)
def test_a_file_may_have_any_name(shop: Shop, chunk_bytes: Callable[[int], None], name: str) -> None:
    chunk_bytes(500)
    shop.drop(PLAIN, f"incoming/{name}")
    assert shop.run(f"incoming/{name}")["scored"] == 60
    stem = name.removesuffix(".csv")
    assert shop.keys("scored/") == [f"scored/{name}"]
    assert shop.keys("rejected/") == [f"rejected/{name}"]
    assert shop.keys("reports/") == [f"reports/{stem}.json"]


def test_a_file_of_a_header_alone_has_no_rows(shop: Shop) -> None:
    shop.drop(csv_files.HEADER_LINE)
    assert shop.run()["rows"] == 0
    assert [body.count(b"\n") for body in shop.results()] == [1, 1]


def test_a_line_of_a_megabyte_is_scored_and_a_longer_one_rejected(
    shop: Shop, chunk_bytes: Callable[[int], None]
) -> None:
    chunk_bytes(300_000)
    note = ROWS[0].rpartition(b",")[0] + b","
    longest = note + b"x" * (MAX_LINE_BYTES - len(note))
    shop.drop(csv_files.file_of([ROWS[1], longest, longest + b"x", ROWS[2]]))

    assert shop.run()["scored"] == 3

    (rejected,) = read_csv(shop.results()[1])
    assert (rejected["line"], rejected["reason"][:28], len(rejected["text"])) == (
        "4",
        "the line is longer than 1048",
        1000,
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the file is empty"),
        (b"\n", "line 1 must name the columns"),
        (b"1,2,3\n4,5,6\n", "line 1 must name the columns; it lacks user_id"),
        (PLAIN.replace(b"ad_views_per_day", b"views", 1), "lacks the column ad_views_per_day"),
        (PLAIN.replace(b"note", b"user_id", 1), "names user_id more than once"),
        (PLAIN.replace(b",", b";"), "separated by ';'"),
        (PLAIN.decode().encode("utf-16"), "UTF-16"),
        (b"\x00\x01\x02" * 50, "not text"),
        (b"PK\x03\x04" + b"x" * 50, "spreadsheet"),
        (gzip.compress(PLAIN), "ending .csv.gz"),
        (b"a" * (MAX_LINE_BYTES + 2), "does not end within 1048576 bytes"),
    ],
)
def test_a_file_of_no_use_is_refused_with_what_to_do(shop: Shop, body: bytes, message: str) -> None:
    shop.drop(body)

    note = shop.attempt()

    assert json.loads(shop.get("failed/shoppers.json")) == note
    assert message in note.pop("message")
    assert note == {
        "input": KEY,
        "error": ERROR_UNUSABLE_FILE,
        "what_to_do": "Correct the file and drop it again.",
        "execution": "execution-1",
    }
    assert shop.get(KEY) == body
    assert shop.keys("scored/") + shop.keys("rejected/") + shop.keys("reports/") == []


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (b"not packed at all", "the gzip data is damaged"),
        (gzip.compress(PLAIN * 50)[:-20], "breaks off before its end"),
        (gzip.compress(PLAIN * 50)[:2000] + b"\0\xff" * 50, "the gzip data is damaged"),
        (gzip.compress(b"", mtime=0), "line 1 must name the columns"),
    ],
    ids=["no gzip", "cut off", "damaged", "empty"],
)
def test_a_damaged_packed_file_is_refused(shop: Shop, packed: bytes, message: str) -> None:
    shop.drop(packed, "incoming/shoppers.csv.gz")
    note = shop.attempt("incoming/shoppers.csv.gz")
    assert message in note["message"]
    assert note["error"] == ERROR_UNUSABLE_FILE


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"as-of": "tomorrow"}, "x-amz-meta-as-of is 'tomorrow'; give a date"),
        ({"model-version": "v20200101T000000-00000000"}, "x-amz-meta-model-version asks for 'v2020"),
    ],
)
def test_wrong_wishes_are_refused(shop: Shop, metadata: dict[str, str], message: str) -> None:
    shop.drop(PLAIN, metadata=metadata)
    note = shop.attempt()
    assert message in note["message"]
    assert note["error"] == ERROR_UNUSABLE_FILE


def test_recency_counts_to_the_day_that_is_asked_for_else_to_the_day_of_the_drop(shop: Shop) -> None:
    shop.drop(PLAIN, metadata={"as-of": "2026-01-31"})
    shop.run()
    assert shop.report()["as_of"] == "2026-01-31"
    shop.drop(PLAIN, "incoming/other.csv", metadata={})
    shop.run("incoming/other.csv")
    dropped = shop.s3.head_object(Bucket=DATA_BUCKET, Key="incoming/other.csv")["LastModified"]
    assert shop.report("incoming/other.csv")["as_of"] == str(dropped.date())


@pytest.mark.parametrize(
    ("other", "body"),
    [(f"{KEY}.gz", gzip.compress(csv_files.good_file(5))), ("incoming/shoppers.CSV", csv_files.good_file(5))],
)
def test_files_of_one_name_and_another_ending_are_not_mixed_up(shop: Shop, other: str, body: bytes) -> None:
    shop.drop(PLAIN)
    shop.run()
    before = shop.files()
    shop.drop(body, other)

    note = shop.attempt(other)

    assert "would share the names of their results" in note["message"]
    assert shop.files() == before
    shop.run()  # what was scored before can be scored again
    assert shop.files() == before


def test_an_ending_in_capitals_is_no_part_of_the_name(shop: Shop) -> None:
    shop.drop(PLAIN, "incoming/LIST.CSV")
    assert shop.run("incoming/LIST.CSV")["superseded"] is False
    assert shop.keys("scored/") == ["scored/LIST.csv"]


def test_a_file_of_a_hundred_gigabytes_is_cut_into_a_list_that_a_map_can_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.drop(PLAIN)
    real = dropped_file.find_file

    def find_huge(*arguments: object) -> object:
        file, metadata = real(*arguments)  # type: ignore[arg-type]
        return file.model_copy(update={"size_bytes": 100 * 1024**3}), metadata

    monkeypatch.setattr(plan, "find_file", find_huge)

    planned = shop.plan()

    chunks = shop.chunks(planned)
    assert len(chunks) == 1600
    assert [chunk["index"] for chunk in chunks] == list(range(1600))
    assert chunks[0]["start"] == len(csv_files.HEADER_LINE)
    assert chunks[-1]["end"] == 100 * 1024**3
    assert all(a["end"] == b["start"] for a, b in itertools.pairwise(chunks))
    assert len(json.dumps(planned)) < 1000


def test_the_chunks_of_five_terabytes_are_larger_and_no_more_than_s3_can_join(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a file of which chunks of the usual size would be too many
    size = 5 * 10**12
    assert size / contract.CHUNK_BYTES > 10_000
    shop.drop(PLAIN)
    real = dropped_file.find_file

    def find_huge(*arguments: object) -> object:
        file, metadata = real(*arguments)  # type: ignore[arg-type]
        return file.model_copy(update={"size_bytes": size}), metadata

    monkeypatch.setattr(plan, "find_file", find_huge)
    # When it is planned
    chunks = shop.chunks(shop.plan())
    # Then there are as many as may be, without a gap, and none larger than a worker can read in its time
    assert len(chunks) == contract.MOST_CHUNKS
    assert (chunks[0]["start"], chunks[-1]["end"]) == (len(csv_files.HEADER_LINE), size)
    assert all(a["end"] == b["start"] for a, b in itertools.pairwise(chunks))
    assert max(chunk["end"] - chunk["start"] for chunk in chunks) == 10**9


def test_a_file_encrypted_with_a_foreign_key_is_refused_with_what_to_do(shop: Shop) -> None:
    # Given an object that S3 may not decrypt for us: a head says 403 and no more, a get says why
    shop.drop(PLAIN)
    denied = {"Code": "AccessDenied", "Message": "User is not authorized to perform: kms:Decrypt on the resource"}

    def refuse(operation: str, error: dict[str, str]) -> Callable[[dict[str, object]], None]:
        def act(params: dict[str, object]) -> None:
            if params["Key"] == "incoming/shoppers.csv":
                raise ClientError({"Error": error}, operation)  # type: ignore[typeddict-item]

        return act

    on("HeadObject", refuse("HeadObject", {"Code": "403", "Message": "Forbidden"}))
    on("GetObject", refuse("GetObject", denied))
    # When its job is tried, Then failed/ says how to upload it
    note = shop.attempt()
    assert note["error"] == contract.ERROR_UNUSABLE_FILE
    assert "encrypted with a KMS key (SSE-KMS)" in note["message"]
    assert json.loads(shop.get("failed/shoppers.json")) == note


def test_the_client_computes_no_checksum_that_copied_parts_would_lack(shop: Shop) -> None:  # noqa: ARG001
    assert task.s3_client().meta.config.request_checksum_calculation == "when_required"
