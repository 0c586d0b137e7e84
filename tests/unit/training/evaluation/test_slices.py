"""Groups are measured one by one, and the largest gaps named."""

import numpy as np
import pandas as pd

from training.evaluation.slices import largest_gaps, slices
from training.shops.shop import Slice

AGE = (Slice(column="age", bands=(25, 35, 50, 65)),)
SHOP_SLICES = (Slice(column="gender"), *AGE, Slice(column="device_type"))


def test_a_group_that_the_model_fails_is_named_as_the_largest_gap() -> None:
    # Given a model that is right for everybody but people over 65, of whom it flags nobody
    rng = np.random.default_rng(1)
    age = rng.integers(18, 81, 4_000)
    gender = rng.choice(["Female", "Male"], 4_000)
    labels = rng.integers(0, 2, 4_000).astype(np.int8)
    p = np.where(age > 65, 0.1, labels.astype(float))
    table = pd.DataFrame({"age": age, "gender": gender})
    # When it is sliced
    found = slices(table, SHOP_SLICES, labels, p, 0.5)
    # Then every row of each kind is counted once, and the gap is found where it is
    assert {by: sum(item.rows for item in found if item.by == by) for by in ("gender", "age")} == {
        "gender": 4_000,
        "age": 4_000,
    }
    f1, flags = largest_gaps(found)
    assert (f1.by, f1.lowest, f1.difference) == ("age", "over 65", 1.0)
    assert (flags.by, flags.lowest) == ("age", "over 65")


def test_the_bands_include_their_upper_end() -> None:
    table = pd.DataFrame({"age": np.repeat([25, 26, 66], 100)})
    found = slices(table, AGE, np.tile([0, 1], 150).astype(np.int8), np.zeros(300), 0.5)
    assert [(item.group, item.rows) for item in found] == [("up to 25", 100), ("26-35", 100), ("over 65", 100)]
