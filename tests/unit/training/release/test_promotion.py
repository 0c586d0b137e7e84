"""A promotion passes the gates, or is forced with a reason."""

import pytest

from lambda_fn.registry import Registry
from tests import factories
from training.errors import PromotionRefused
from training.release.promotion import promote


def test_force_needs_a_reason() -> None:
    class Unused(Registry):
        def __init__(self) -> None:
            pass

    for why in (None, "  x  "):
        with pytest.raises(PromotionRefused, match="--why with a reason"):
            promote(Unused(), factories.VERSION, [], force=True, why=why)
