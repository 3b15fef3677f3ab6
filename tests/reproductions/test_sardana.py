"""Sardana, Portes, Doubov, Frankle 2024 (arXiv 2401.00448), Figure 1: the size that uses ask for.

Published: 13 billion parameters of quality and 2 trillion tokens of use → train 7 billion on more
tokens, saving 1.7e22 FLOP (17 %). Tolerance: the rounding of the printed figures. The coefficients
are the unrounded ones of Hoffmann et al. (2022); with .34 and .28 the optimum moves.
"""

import pytest

from costlaw.lifecycle import inference_aware


def test_seven_billion_parameters_replace_thirteen():
    found = inference_aware(13e9, uses=2e12)
    assert round(found.best.parameters / 1e9) == 7
    assert found.best.parameters == pytest.approx(6.97e9, rel=0.005)


def test_it_saves_a_sixth_of_the_operations():
    found = inference_aware(13e9, uses=2e12)
    assert round(found.saved_flop / 1e22, 1) == 1.7
    assert round(100 * found.saved_share) == 17
    assert found.saved_flop == pytest.approx(1.69e22, rel=0.005)
    assert found.saved_share == pytest.approx(0.174, abs=0.0005)
