"""A drafted shop as YAML: each guess on a line of its own, its reason behind it, and the lines that need a look."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*|-?\d+(\.\d+)?")
_WORDS_WITH_A_MEANING: Final = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan"}
_COMMENT_COLUMN: Final = 60
_LONGEST: Final = 120


def scalar(value: object) -> str:
    """Return a value as YAML, quoted where any reader of YAML might take it for something else.

    >>> scalar("Returning_Visitor"), scalar("FALSE"), scalar("01"), scalar(0.5)
    ('Returning_Visitor', '"FALSE"', '"01"', '0.5')
    """
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if isinstance(value, str) and (not _PLAIN.fullmatch(text) or text[0] in "-0123456789"):
        return json.dumps(text, ensure_ascii=False)
    return json.dumps(text) if text.lower() in _WORDS_WITH_A_MEANING else text


def flow(items: Mapping[str, object]) -> str:
    """Return a mapping on one line; values that are None are left out."""
    return "{" + ", ".join(f"{key}: {_inline(value)}" for key, value in items.items() if value is not None) + "}"


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return flow(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return scalar(value)


@dataclass
class ShopText:
    """Lines of a shop file as they are drafted.

    ``questions``: what is unsure, each with the line (from 1) to look at.
    """

    lines: list[str] = field(default_factory=list)
    questions: list[tuple[int, str]] = field(default_factory=list)

    def add(self, text: str = "", reason: str = "", question: str = "") -> None:
        """Add a line. Its reason stands behind it as a comment, or above it where both are too long for one line."""
        indent = text[: len(text) - len(text.lstrip())]
        behind = f"{text.ljust(_COMMENT_COLUMN)}  # {reason}" if reason else text
        if reason and len(behind) > _LONGEST:
            self.comment(reason, indent)
            behind = text
        self.lines.append(behind)
        if question:
            self.questions.append((len(self.lines), question))

    def comment(self, text: str, indent: str = "") -> None:
        """Add a comment on lines of its own."""
        width = _LONGEST - len(indent) - 2
        line = ""
        for word in text.split():
            if line and len(line) + 1 + len(word) > width:
                self.lines.append(f"{indent}# {line}")
                line = word
            else:
                line = f"{line} {word}" if line else word
        self.lines.append(f"{indent}# {line}")

    def add_all(self, lines: Iterable[str]) -> None:
        """Add lines as they are."""
        self.lines.extend(lines)

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"
