"""The training histograms count every row."""

import numpy as np

from lambda_fn.scoring.artefact.manifest import CategoryHistogram, NumberHistogram
from lambda_fn.scoring.columns import MISSING, UNKNOWN
from training.data.histograms import histograms
from training.data.prepared import Prepared


def test_histograms_count_every_training_row_and_no_bin_is_empty(prepared: Prepared) -> None:
    columns = prepared.columns(prepared.split.train)
    found = histograms(prepared.layout, columns, prepared.as_of)
    assert set(found) == {field.name for field in prepared.recipe.inputs}
    for name, histogram in found.items():
        assert sum(histogram.counts) == len(columns), name
        if isinstance(histogram, NumberHistogram):
            assert min(histogram.counts) > 0, name
        else:
            assert isinstance(histogram, CategoryHistogram)


def test_rows_without_a_value_are_counted_beside_the_bins(prepared: Prepared) -> None:
    # Given training rows of which some lack a number, and others a category or have one that is not known
    columns = prepared.columns(prepared.split.train)
    columns = columns.take(np.arange(len(columns)))
    columns.numbers[:30, 0] = np.nan
    columns.codes[:20, 0] = MISSING
    columns.codes[20:25, 0] = UNKNOWN
    # When they are counted
    found = histograms(prepared.layout, columns, prepared.as_of)
    # Then what is missing is in no bin, and is told
    number, category = found[prepared.layout.numeric_names[0]], found[prepared.layout.category_names[0]]
    assert (number.missing, number.rows) == (30, len(columns) - 30)
    assert (category.missing, category.rows) == (20, len(columns) - 20)
    assert isinstance(category, CategoryHistogram)
    assert category.other == 5
