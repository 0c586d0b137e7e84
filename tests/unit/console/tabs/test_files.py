"""What the workflow is told about a file, and how far it is with it."""

import pytest

from console import words
from console.store import Progress
from console.tabs import files


def test_metadata_holds_what_was_filled_in_and_nothing_else() -> None:
    assert files.metadata(" 2026-01-31 ", "1,500", 3) == {"as-of": "2026-01-31", "budget": "1500.00", "reasons": "3"}
    assert files.metadata("", None, 0) == {}
    assert files.metadata(None, "0", None) == {"budget": "0.00"}


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(words.Unfit, match="is not a date"):
        files.metadata("31.01.2026", None, 0)


@pytest.mark.parametrize(
    ("progress", "done"),
    [(Progress(), 1), (Progress(True, 4, 0), 2), (Progress(True, 4, 3), 2), (Progress(True, 4, 4), 3)],
)
def test_stages_follow_the_workflow(progress: Progress, done: int) -> None:
    assert files.stages_done(progress) == done
