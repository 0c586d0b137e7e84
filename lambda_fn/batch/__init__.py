"""The bucket door: a dropped CSV of any size is planned, scored in chunks, and finished, or its failure is told."""

from lambda_fn.batch.handlers import fail, finalize, plan, score_chunk

__all__ = ["fail", "finalize", "plan", "score_chunk"]
