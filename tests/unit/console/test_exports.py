"""Exports are kept a while, under names that nobody guesses."""

from console.exports import KEPT, Export, Exports


def test_the_latest_exports_are_kept() -> None:
    exports = Exports()
    tokens = [exports.put("offers.yaml", str(number)) for number in range(KEPT + 1)]
    assert len(set(tokens)) == KEPT + 1
    assert exports.get(tokens[0]) is None
    assert exports.get(tokens[-1]) == Export("offers.yaml", str(KEPT))
