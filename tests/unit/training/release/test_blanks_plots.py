"""The plots of the card show each share of blanks, and the inputs that move the risk most."""

from training.release.blanks_plots import BLANKED_PLOT_FILE, IMPORTANCE_PLOT_FILE, blanks_plots, importance_svg

BLANKED = [
    {"share": 0.0, "log_loss": 0.1, "ece": 0.0, "ece_by_chance": 0.01},
    {"share": 1.0, "log_loss": 0.5, "ece": 0.25, "ece_by_chance": 0.02},
]


def test_a_line_has_a_point_for_each_share() -> None:
    plots = blanks_plots({"blanked": BLANKED})
    assert list(plots) == [BLANKED_PLOT_FILE]
    # The plot is 180 high below 40; 0.5 is the top
    assert 'points="40.0,184.0 380.0,40.0" fill="none" stroke="#1f6fb4"' in plots[BLANKED_PLOT_FILE]
    assert 'points="40.0,220.0 380.0,130.0" fill="none" stroke="#b4331f"' in plots[BLANKED_PLOT_FILE]


def test_the_longest_bar_is_that_of_the_input_that_moves_the_risk_most() -> None:
    assert IMPORTANCE_PLOT_FILE in blanks_plots({"blanked": BLANKED, "importance": {"age": 0.1}})
    plot = importance_svg({"a < b": 0.1, "age": 0.2})
    assert plot.index(">age<") < plot.index(">a &lt; b<")
    assert plot.index('width="260.0"') < plot.index('width="130.0"')
