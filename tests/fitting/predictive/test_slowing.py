import numpy as np
import pytest

from costlaw.fitting.predictive.predict import predict_curve
from costlaw.fitting.predictive.slowing import Outlook, Slowing, learn_slowing

RULE = Slowing(gain=0.9, bend=0.6, variance=0.02)


def outlook(random, *, doubt=0.02, share=0.5):
    u = np.linspace(0.1, random.uniform(0.5, 2.5), 6)
    recent = float(np.exp(random.normal(-2, 0.5)))
    members = -2.0 - share * recent * u
    return Outlook(
        u=u, members=members, level=-2.0, recent=recent, doubt=doubt, unit=0.75, far=9.0,
        members_far=float(members[-1]),
    )  # fmt: skip


def test_the_rule_is_recovered_from_curves_that_follow_it():
    random = np.random.default_rng(0)
    some = [outlook(random) for _ in range(300)]
    truths = [
        one.level - one.recent * RULE.fall(one.u) * np.exp(0.1 * random.standard_normal())
        for one in some
    ]
    found = learn_slowing(some, truths, np.full(300, 1 / 300))
    at = np.array([0.7, 1.4, 2.1])
    assert found.fall(at) == pytest.approx(RULE.fall(at), rel=0.05)
    assert found.variance <= 0.05


def test_members_that_know_better_make_the_rule_count_less():
    random = np.random.default_rng(1)
    some = [outlook(random, doubt=0.05, share=random.uniform(0.1, 1.0)) for _ in range(300)]
    truths = [one.members + 0.002 * random.standard_normal(6) for one in some]
    assert learn_slowing(some, truths, np.full(300, 1 / 300)).variance == 0.5


def test_the_rule_counts_more_the_more_members_disagree_and_not_inside_the_runs():
    random = np.random.default_rng(2)
    calm, wild = outlook(random, doubt=1e-4), outlook(random, doubt=1.0)
    assert RULE.share(calm) < 0.01
    assert RULE.share(wild) > 0.99
    inside = Outlook(
        u=np.array([-1.0, 0.0]), members=np.array([-1.5, -2.0]), level=-2.0, recent=0.2,
        doubt=1.0, unit=0.75, far=2.8, members_far=-2.5,
    )  # fmt: skip
    assert (RULE.center(inside) == inside.members).all()


def test_beyond_the_library_s_reach_the_members_go_on_from_where_the_pool_got_to():
    u = np.array([2.0, 2.8, 2.801, 4.0])
    members = -2.0 - 0.2 * u
    one = Outlook(
        u=u, members=members, level=-2.0, recent=0.2, doubt=0.05, unit=0.75, far=2.8,
        members_far=-2.56,
    )  # fmt: skip
    center = RULE.center(one)
    assert center[1] > members[1]
    assert center[2] == pytest.approx(center[1], abs=1e-3)
    assert center[3] - center[2] == pytest.approx(members[3] - members[2])


def test_the_pool_states_how_much_the_rule_counts():
    x = np.logspace(18, 21, 13)
    noise = np.exp(0.03 * np.random.default_rng(0).standard_normal(13))
    calm = predict_curve(x, 0.4 * (x / 1e18) ** -0.3)
    noisy = predict_curve(x, 0.4 * (x / 1e18) ** -0.3 * noise)

    def share(forecast):
        return next(one.weight for one in forecast.members if "slowing" in one.name)

    assert share(calm) < share(noisy)
    assert sum(one.weight for one in noisy.members) == pytest.approx(1)
