"""The pictures of a sweep over language models show every arm once."""

from dataclasses import replace

import numpy as np
from llm_synthetic import greedy, made

from numerics.llm.arms import Arm
from numerics.llm.figures import curves, finals, rates


def test_arms_that_differ_in_more_than_f_have_a_column_of_their_own():
    usual = [greedy(0.5), greedy(0.9), replace(greedy(0.5), warmup=100), greedy(0.5, cap=10.0), Arm("cosine")]
    figure = curves([made(arm, seed, 1.0) for arm in usual for seed in (1, 2)], "made up")
    upper = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in upper] == [
        "best, patience 10, window 50\nno cap",
        "best, patience 10, window 50, warm-up 100\nno cap",
        "best, patience 10, window 50\nmax_lr 10 x first rate",
    ]
    drawn = [[str(line.get_label()) for line in axes.get_lines() if str(line.get_label())[0] != "_"] for axes in upper]
    assert drawn == [["F = 0.5", "F = 0.9", "cosine"], ["F = 0.5", "cosine"], ["F = 0.5", "cosine"]]


def test_final_losses_are_joined_over_f_only():
    arms = [greedy(0.5), greedy(0.9), replace(greedy(0.5), warmup=100), replace(greedy(0.9), warmup=100)]
    (axes,) = finals([made(arm, 1, k + 1.0) for k, arm in enumerate(arms)], "made up").axes
    joined = [list(line.get_ydata()) for line in axes.get_lines() if len(line.get_xdata()) == 2]
    assert [1.0, 2.0] in joined
    assert [3.0, 4.0] in joined


def test_ends_are_drawn_over_initial_rates_schedule_by_schedule_and_none_beyond_the_top():
    arms = [greedy(rate=3.0), greedy(), Arm("cosine"), Arm("cosine", 3.0)]
    ends = {arms[0]: (1.0, 1.4, 1.5), arms[1]: (2.0, 2.0, 2.0), arms[2]: (2.5, 2.6, 2.7), arms[3]: (2.2, 99.0, np.nan)}
    found = [made(arm, seed, end) for arm, of in ends.items() for seed, end in enumerate(of)]
    (axes,) = rates(found, "made up").axes
    lines = {str(line.get_label()): line for line in axes.get_lines()}
    assert [lines["greedy"].get_xdata().tolist(), lines["greedy"].get_ydata().tolist()] == [[1.0, 3.0], [2.0, 1.4]]
    assert lines["cosine"].get_ydata().tolist() == [2.6, 9.0]  # three times the start
