"""Pieces of HTML. Every text that goes in is escaped here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape as _escape
from typing import Final, Literal, NamedTuple
from urllib.parse import urlencode

LONG_CELL: Final = 40  # characters
Kind = Literal["info", "problem", "good", "wait"]


class Fact(NamedTuple):
    """One figure: what it is, its value, and a sentence about it."""

    name: str
    value: str
    about: str = ""


def escape(text: str, quote: bool = True) -> str:
    """Return a text as HTML, on one line: an empty line would end the HTML for the page's Markdown."""
    return _escape(" ".join(text.split()) if {"\n", "\r"} & set(text) else text, quote)


def note(kind: Kind, title: str, text: str = "", command: str = "") -> str:
    """Return a message: what is the case, what to do, and a line to paste where there is one."""
    role = "alert" if kind == "problem" else "status"
    shown = f"<pre tabindex='0'>{escape(command)}</pre>" if command else ""
    body = f"<p>{escape(text)}</p>" if text else ""
    return f"<div class='note {kind}' role='{role}'><strong>{escape(title)}</strong>{body}{shown}</div>"


def facts(items: Iterable[Fact]) -> str:
    """Return figures side by side."""
    cells = "".join(
        f"<div class='fact'><dt>{escape(item.name)}</dt><dd>{escape(item.value)}"
        + (f"<small>{escape(item.about)}</small>" if item.about else "")
        + "</dd></div>"
        for item in items
    )
    return f"<dl class='facts'>{cells}</dl>"


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], numeric: Iterable[str] = ()) -> str:
    """Return a table that scrolls sideways where it is too wide. ``numeric``: columns set to the right."""
    right = frozenset(numeric)
    classes = [" class='number'" if name in right else "" for name in columns]
    head = "".join(f"<th scope='col'{kind}>{escape(name)}</th>" for name, kind in zip(columns, classes, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{kind or _width(str(cell))}>{escape(str(cell))}</td>" for cell, kind in zip(row, classes, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    name = escape(caption)
    return (
        f"<div class='scroll' role='region' tabindex='0' aria-label='{name}'><table><caption>{name}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _width(text: str) -> str:
    """Return the class of a cell that needs room: a narrow page would make a column of single words of it."""
    return " class='long'" if len(text) > LONG_CELL else ""


def heading(text: str, about: str = "") -> str:
    """Return a heading of a part of a tab."""
    return f"<h2>{escape(text)}</h2>" + (f"<p class='about'>{escape(about)}</p>" if about else "")


def source(text: str) -> str:
    """Return where the numbers of a chart come from."""
    return f"<p class='source'>Source: {escape(text)}</p>"


def link(path: str, text: str, query: Mapping[str, str]) -> str:
    """Return a link that downloads a file."""
    address = escape(f"{path}?{urlencode(query)}")
    return f"<a class='download' href='{address}' download>{escape(text)}</a>"


def items(texts: Iterable[str]) -> str:
    """Return a list."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def details(summary: str, body: str) -> str:
    """Return HTML that is folded away behind a line."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def steps(names: Sequence[str], done: int) -> str:
    """Return the stages of a job, the first ``done`` of them finished and the next one under way."""
    marks = ["done" if place < done else "now" if place == done else "later" for place in range(len(names))]
    words = {"done": "finished", "now": "under way", "later": "not started"}
    parts = "".join(
        f"<li class='{mark}'><span>{escape(name)}</span> <small>{words[mark]}</small></li>"
        for name, mark in zip(names, marks, strict=True)
    )
    return f"<div role='status'><ol class='steps'>{parts}</ol></div>"
