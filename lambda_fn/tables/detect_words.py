"""Texts of columns -> the words for missing cells and flags, and the marks in numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from lambda_fn.tables.detect_dates import NO_DATE, Dates
from lambda_fn.tables.missing_words import LIKELY_WORDS, MISSING_WORDS, SURE_WORDS, WEAK_WORDS

Hint = tuple[str, str, str, bool]  # trait, column, message, whether it is sure
_NUMERIC_SHARE: Final = 0.9  # of a column's texts, so that another word in it is none of its values
_SIGN: Final = r"(?:R\$|US\$|A\$|C\$|[$€£¥₹₺₽%]|EUR|USD|GBP|CHF|JPY|INR|PLN|SEK|NOK|DKK|kr|zł|Fr\.)"
_NUMBER: Final = re.compile(
    rf"(?P<before>[+-]?\s*{_SIGN}?\s*[+-]?)\s*(?P<body>[0-9][0-9.,' \u00a0\u202f\u2019]*|[.,][0-9]+)"
    rf"(?P<exponent>[eE][+-]?[0-9]+)?\s*(?P<after>{_SIGN}?)"
)
_GROUPED: Final = r"[0-9]{1,3}(?:%s[0-9]{3})+"
_BLANK_MARKS: Final = ("'", "\u2019", " ", "\u00a0", "\u202f")
_YES_NO: Final = (
    *(("true", "false"), ("yes", "no"), ("ja", "nein"), ("oui", "non"), ("si", "no"), ("sí", "no"), ("sim", "não")),
    *(("tak", "nie"), ("on", "off"), ("y", "n"), ("j", "n"), ("t", "f"), ("o", "n"), ("s", "n")),
)
_NEEDS_BOTH: Final = 1  # character; such words mean yes or no only beside each other


def find_missing(columns: Mapping[str, Counter[str]], dates: Dates) -> tuple[tuple[str, ...], list[Hint]]:
    """Return how missing cells are spelled, the blank first, and why."""
    found: dict[str, Hint] = {}
    for name, texts in columns.items():
        typed = name in dates.formats or is_numeric(texts)
        for word in (*MISSING_WORDS, *(text for text in texts if name in dates.formats and NO_DATE.fullmatch(text))):
            if word not in texts or found.get(word, ("", "", "", False))[3]:
                continue
            if typed or word in (*SURE_WORDS, *LIKELY_WORDS):
                sure = typed or word in SURE_WORDS
                doubt = "" if sure else "; or is it a value?"
                found[word] = (
                    "missing",
                    name,
                    f"{word!r} stands for a missing cell, {texts[word]:,} times{doubt}",
                    sure,
                )
    doubtful = [
        ("missing", name, f"{word!r} is taken for a value, {texts[word]:,} times; or is it a missing cell?", False)
        for name, texts in columns.items()
        for word in WEAK_WORDS
        if word in texts and word not in found
    ]
    return ("", *found), [*found.values(), *doubtful]


def is_numeric(texts: Counter[str]) -> bool:
    """Say whether nearly all texts, but blanks and words for missing cells, are numbers."""
    total = sum(count for text, count in texts.items() if text and text not in MISSING_WORDS)
    numbers = sum(count for text, count in texts.items() if _NUMBER.fullmatch(text))
    return 0 < _NUMERIC_SHARE * total <= numbers


def find_marks(columns: Mapping[str, Counter[str]]) -> tuple[dict[str, object], list[Hint]]:
    """Return the decimal mark, the thousands mark and the signs around numbers, and why."""
    votes: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], tuple[str, str]] = {}
    signs: dict[str, str] = {}
    for name, texts in columns.items():
        for text, count in texts.items() if is_numeric(texts) else ():
            if match := _NUMBER.fullmatch(text):
                for vote in _votes(match["body"].strip()):
                    votes[vote] += count
                    example.setdefault(vote, (name, text))
                for sign in re.findall(_SIGN, match["before"] + match["after"]):
                    signs.setdefault(sign, name)
    decimal, thousands = _decide(votes)
    hints = [("signs", name, f"{sign!r} stands around numbers", True) for sign, name in signs.items()]
    for role, mark in (("decimal", decimal), ("thousands", thousands)):
        for vote in [vote for vote in ((role, mark), ("either", mark)) if vote in example][:1]:
            name, text = example[vote]
            doubt = "" if vote[0] == role else "; or is it the other mark?"
            hints.append((f"{role}_mark", name, f"{mark!r} as in {text!r}{doubt}", vote[0] == role))
    return {"decimal_mark": decimal, "thousands_mark": thousands, "signs": tuple(signs)}, hints


def _decide(votes: Counter[tuple[str, str]]) -> tuple[str, str]:
    comma = votes["decimal", ","] > votes["decimal", "."]
    if not comma and not votes["decimal", "."]:
        comma = bool(votes["thousands", "."])
    decimal, other = (",", ".") if comma else (".", ",")
    marks = (other, *_BLANK_MARKS)
    thousands = max(marks, key=lambda mark: votes["thousands", mark] + votes["either", mark])
    return decimal, thousands if votes["thousands", thousands] + votes["either", thousands] else ""


def _votes(body: str) -> Iterator[tuple[str, str]]:
    """Say what a number tells of its marks: each as decimal, as thousands, or as either of them.

    >>> list(_votes("1.234,5")), list(_votes("0,125")), list(_votes("1,234"))
    ([('thousands', '.'), ('decimal', ',')], [('decimal', ',')], [('either', ',')])
    """
    for mark in _BLANK_MARKS:
        if re.match(_GROUPED % re.escape(mark), body):
            yield "thousands", mark
            body = body.replace(mark, "")
    marks = [character for character in body if character in ".,"]
    kinds = list(dict.fromkeys(marks))
    if len(kinds) == 2 and marks.count(kinds[1]) == 1:  # 1,234.5
        yield "thousands", kinds[0]
        yield "decimal", kinds[1]
    elif len(kinds) == 1:
        whole, *groups = body.split(kinds[0])
        grouped = all(len(group) == 3 for group in groups) and 0 < len(whole) <= 3 and whole != "0"
        yield ("either" if grouped and len(groups) == 1 else "thousands" if grouped else "decimal"), kinds[0]


def find_flag_words(columns: Mapping[str, Counter[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words for true and false that columns of two values use, beside true and false themselves."""
    true, false = {"true": None}, {"false": None}
    for texts in columns.values():
        words = {text.casefold() for text in texts}
        for yes, no in _YES_NO:
            if words == {yes, no} or (len(words) == 1 and words < {yes, no} and len(yes) > _NEEDS_BOTH):
                if no not in true and yes not in false:
                    true[yes] = false[no] = None
                break
    return tuple(true), tuple(false)
