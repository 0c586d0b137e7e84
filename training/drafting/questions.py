"""What a draft is unsure of, as a short list: many columns with the same question take one line of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

NUMBER_OR_CODE: Final = "number or code?"
ASKED: Final = f": {NUMBER_OR_CODE} "  # behind the column's name
MOST_SINGLE: Final = 4  # columns that are asked about one by one
_SHOWN: Final = 4  # of the columns that share a line

Asked = tuple[int, str]  # the line of the shop file, and the question


def number_or_code(column: str, distinct: int, drafted_as: str) -> str:
    """Return the question whether a column of few different whole numbers holds numbers or codes."""
    return f"{column}{ASKED}{distinct} different whole numbers; drafted as a {drafted_as}"


def shortened(questions: Iterable[Asked]) -> list[Asked]:
    """Return the questions in their order; "number or code?" of more than MOST_SINGLE columns becomes one line.

    >>> asked = [(n, number_or_code(f"c{n}", 9, "number")) for n in range(20, 29)]
    >>> shortened([(7, "is c7 the value of the order?"), *asked])[1]
    (20, 'number or code? 9 columns of few different whole numbers; drafted as a number: c20, c21, c22, c23 and 5 more')
    """
    found = list(questions)
    groups: dict[str, list[int]] = defaultdict(list)
    for place, (_, question) in enumerate(found):
        if ASKED in question:
            groups[question.rpartition("; ")[2]].append(place)
    for drafted_as, places in groups.items():
        if len(places) > MOST_SINGLE:
            line, columns = found[places[0]][0], [found[place][1].partition(ASKED)[0] for place in places]
            more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
            what = f"{NUMBER_OR_CODE} {len(columns)} columns of few different whole numbers; {drafted_as}"
            found[places[0]] = (line, f"{what}: {', '.join(columns[:_SHOWN])}{more}")
    dropped = {place for places in groups.values() if len(places) > MOST_SINGLE for place in places[1:]}
    return [asked for place, asked in enumerate(found) if place not in dropped]
