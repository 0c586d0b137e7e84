"""The base of every document that is read, checked and never changed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable model that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class FrozenFinite(Frozen):
    """A Frozen whose numbers are finite: NaN and infinity are refused."""

    model_config = ConfigDict(allow_inf_nan=False)
