"""Encoding and delimiter are told from the bytes; a large file is sampled evenly and in whole lines."""

import pytest

from lambda_fn.csv_io.sniff import SAMPLE_BYTES, guess_delimiter, guess_encoding, sample_rows, sample_text


@pytest.mark.parametrize(
    ("data", "encoding", "sure"),
    [
        (b"a,b\n", "utf-8", True),
        ("é".encode(), "utf-8", True),
        ("é".encode()[:1], "utf-8", True),  # a sample may end within a character
        (b"\xef\xbb\xbfa", "utf-8", True),
        ("a".encode("utf-16"), "utf-16", True),
        (b"caf\xe9,x", "cp1252", False),
        (b"caf\xe9 \x81,x", "latin-1", False),
    ],
)
def test_an_encoding_is_told(data: bytes, encoding: str, sure: bool) -> None:
    guess = guess_encoding(data)
    assert (guess.value, guess.sure) == (encoding, sure)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('"a, b";c\n1;2\n', ";"),
        ("sep=|\na;b|c\n", "|"),
        ('"sep=|"\na;b|c\n', "|"),
        ("a\n1\n", ","),
    ],
)
def test_a_delimiter_is_told(text: str, delimiter: str) -> None:
    assert guess_delimiter(text).value == delimiter


def test_rows_of_another_length_and_blank_lines_are_passed_over() -> None:
    assert sample_rows("sep=;\na; b \n1;2\n\n1;2;3\n4;5\n", ";") == (["a", "b"], [["1", "2"], ["4", "5"]])


def test_a_large_file_is_sampled_from_beginning_to_end() -> None:
    lines = [b"%08d,x" % number for number in range(2 * SAMPLE_BYTES // 11)]

    _, rows = sample_rows(sample_text(b"n,t\n" + b"\n".join(lines) + b"\n", "utf-8"), ",")

    numbers = [int(number) for number, _ in rows]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, len(lines) - 1)
    assert len(numbers) * 11 < SAMPLE_BYTES + 1
