"""The training histograms count every row."""

from lambda_fn.scoring.manifest import CategoryHistogram, NumberHistogram
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
