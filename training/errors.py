"""Errors of the training job, each with a message that says what to do. The CLI prints them without a traceback."""

from __future__ import annotations


class TrainingError(Exception):
    """Base of every error the training job raises on purpose."""


class ShopRefused(TrainingError):
    """A shop file (or its offers) cannot be used; the message names file, line and key."""


class DataRefused(TrainingError):
    """The data cannot be trained on as they are."""


class LabelRefused(DataRefused):
    """The label's unit is ambiguous, or the label is nearly constant."""


class PublishRefused(TrainingError):
    """A trained model must not be published: it does not behave outside scikit-learn as it does inside."""


class PromotionRefused(TrainingError):
    """A published model must not become champion."""
