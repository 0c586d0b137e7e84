"""Texts made on the page for download: the latest few, in memory, each under a name that cannot be guessed."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

KEPT: Final = 64


@dataclass(frozen=True)
class Export:
    """A file to download."""

    name: str
    text: str


@dataclass
class Exports:
    """The texts that can be downloaded now."""

    _kept: OrderedDict[str, Export] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def put(self, name: str, text: str) -> str:
        """Keep a text, and return what to ask for it with."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[token] = Export(name, text)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return token

    def get(self, token: str) -> Export | None:
        """Return a kept text; None where it is not kept any more."""
        with self._lock:
            return self._kept.get(token)
