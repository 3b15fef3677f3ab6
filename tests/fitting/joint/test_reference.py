"""The shipped joint runs are the published points, in the published convention."""

import numpy as np

from costlaw.fitting.joint.reference import chinchilla, chinchilla_source, keep_usual, usual_points


def test_compute_is_six_parameters_times_tokens():
    frame = chinchilla()
    product = 6.0 * frame["parameters"] * frame["examples"]
    np.testing.assert_allclose(product, frame["compute_flop"], rtol=1e-12)
    assert frame["name"].n_unique() == frame.height == 245


def test_five_runs_of_highest_loss_are_left_out():
    loss = chinchilla()["loss"].to_numpy()
    inputs, kept = usual_points()
    assert inputs.shape == (2, 240) and kept.max() < loss[~keep_usual(loss)].min()


def test_the_points_name_their_source():
    source = chinchilla_source()
    assert source.year == 2024 and "2404.10102" in str(source.url)
    assert set(chinchilla()["source"]) == {"besiroglu-2024"}
