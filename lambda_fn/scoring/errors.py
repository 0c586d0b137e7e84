"""Errors of the domain. Each entry point (HTTP, batch, CLI) maps them in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class ScoringError(Exception):
    """Base of every error the scoring core and the registry raise on purpose.

    Its message may be shown to a caller. What a library said is in its cause, which is for logs.
    """


class RecipeError(ScoringError):
    """A recipe contradicts itself, reads a leakage column, or is not fitted."""


class PolicyError(ScoringError):
    """A policy does not fit the recipe it travels with."""


class ArtefactRejected(ScoringError):
    """A model artefact must not be served: wrong checksum, unknown format, or a step this code does not know."""


class RoutingBroken(ArtefactRejected):
    """The routing document cannot be parsed. The models that it names may be well."""


class ModelUnavailable(ScoringError):
    """No model can be served: none was published and promoted yet, or none of them could be loaded."""


class NothingPromoted(ModelUnavailable):
    """The registry answers, and no model was promoted yet."""


class RegistryUnreachable(ModelUnavailable):
    """The registry does not answer, or refuses us. What it holds may be well."""


class RegistryConflict(ScoringError):
    """Another writer changed the registry in between. Read it again and repeat."""


class Fault(NamedTuple):
    """One thing wrong with one record.

    pointer: JSON pointer to the field.
    message: what the field should hold.
    """

    pointer: str
    message: str


class InvalidRecords(ScoringError):
    """Records that cannot be scored; ``faults`` names each field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.message}" for fault in faults))
        self.faults = tuple(faults)
