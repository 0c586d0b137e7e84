"""One model in service: what scores records, and what reads them."""

from __future__ import annotations

from lambda_fn.api.records import RecordReader
from lambda_fn.registry import Artefact
from lambda_fn.scoring.service import Scorer


class ServedModel:
    """A scorer with the reader of its records."""

    def __init__(self, artefact: Artefact) -> None:
        self.scorer = Scorer(artefact.manifest, artefact.onnx)
        self.manifest = artefact.manifest
        self.reader = RecordReader(artefact.manifest.recipe, self.scorer.layout, artefact.manifest.id_column)
