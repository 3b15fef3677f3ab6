"""Agreement with independent implementations: statsmodels, lmfit, iminuit, odrpack, scipy."""

import numpy as np
import pytest
import statsmodels.api as statsmodels
from scipy.integrate import quad
from scipy.optimize import least_squares
from scipy.stats import norm

from costlaw.fitting.kernel.fit import fit_batch
from costlaw.fitting.kernel.profile import coefficient_interval, error_interval
from costlaw.fitting.scatter import fit_scatter
from costlaw.fitting.scatter.estimands.stochastic_frontier import fit_frontier, log_likelihood
from costlaw.laws import law
from costlaw.literature import published_runs


@pytest.fixture(scope="module")
def curve():
    random = np.random.default_rng(4)
    x = np.logspace(0, 3, 14)
    return x, (0.05 + 0.4 * x**-0.45) * np.exp(0.03 * random.normal(size=14))


@pytest.fixture(scope="module")
def imagenet():
    return published_runs("imagenet", "v2", "network-operations")


def test_least_squares_is_statsmodels_ols(imagenet):
    fit = fit_scatter(imagenet)
    design = statsmodels.add_constant(fit.evidence.x)
    other = statsmodels.OLS(fit.evidence.response, design).fit()
    assert list(fit.line.coefficients.values()) == pytest.approx(other.params, rel=1e-10)
    assert list(fit.line.standard_errors.values()) == pytest.approx(other.bse, rel=1e-10)
    assert fit.line.r_squared == pytest.approx(other.rsquared, rel=1e-10)


def test_the_quantile_frontier_is_statsmodels_quantile_regression(imagenet):
    fit = fit_scatter(imagenet, estimand="frontier")
    design = statsmodels.add_constant(fit.evidence.x)
    other = statsmodels.QuantReg(fit.evidence.response, design).fit(q=0.9, max_iter=5000)
    assert list(fit.line.coefficients.values()) == pytest.approx(other.params, abs=2e-4)


def test_the_structural_line_is_odrpacks_at_the_ratio_it_implies(imagenet):
    from odrpack import odr_fit

    fit = fit_scatter(imagenet, estimand="structural")
    x, t = fit.evidence.x, fit.evidence.response
    own_noise = np.sqrt(np.var(t) - fit.line.slope * np.cov(x, t, ddof=0)[0, 1])
    found = odr_fit(lambda u, b: b[0] + b[1] * u, x, t, np.array([-0.9, 0.09]),
                    weight_x=1 / 0.3**2, weight_y=1 / own_noise**2)  # fmt: skip
    assert [fit.line.intercept, fit.line.slope] == pytest.approx(found.beta, rel=1e-4)


def residuals(p, x, z):
    return np.log(p[0] + np.exp(p[1]) * x ** -p[2]) - z


def test_the_kernel_finds_what_scipys_least_squares_finds(curve):
    x, y = curve
    fit = fit_batch(law("power-irreducible"), x, y)
    other = least_squares(residuals, [0.04, -1, 0.4], args=(x, np.log(y)), xtol=1e-14, ftol=1e-14)
    assert fit.objective[0] == pytest.approx(other.cost, rel=1e-9)
    floor, log_scale, exponent = other.x
    assert fit.coefficients[0] == pytest.approx([floor, np.exp(log_scale), exponent], rel=1e-4)


def test_profile_intervals_are_those_of_lmfit(curve):
    import lmfit

    x, y = curve
    fit = fit_batch(law("power-irreducible"), x, y)
    start = lmfit.create_params(floor=0.05, log_scale=np.log(0.4), exponent=0.45)

    def misfit(p):
        return residuals([p["floor"].value, p["log_scale"].value, p["exponent"].value],
                         x, np.log(y))  # fmt: skip

    fitter = lmfit.Minimizer(misfit, start)
    found = lmfit.conf_interval(fitter, fitter.minimize(), sigmas=[0.9])
    known = ((0, "floor", float), (1, "log_scale", np.exp), (2, "exponent", float))
    for index, name, back in known:
        ours = coefficient_interval(fit, index, 0.9)
        low, high = back(found[name][0][1]), back(found[name][-1][1])
        assert (ours.low, ours.high) == pytest.approx((low, high), rel=2e-2), name


def test_profile_intervals_are_those_of_minos(curve):
    from iminuit import Minuit
    from scipy.stats import f as fisher

    x, y = curve
    fit = fit_batch(law("power-irreducible"), x, y)
    variance = 2 * fit.objective[0] / (x.size - 3)
    scale = variance * fisher.ppf(0.9, 1, x.size - 3)

    def squares(floor, log_scale, exponent):
        with np.errstate(all="ignore"):
            return np.nansum(residuals([floor, log_scale, exponent], x, np.log(y)) ** 2) / scale

    found = Minuit(squares, 0.05, np.log(0.4), 0.45)
    found.errordef = 1.0
    found.migrad()
    found.minos(cl=1)
    ours = coefficient_interval(fit, 2, 0.9)
    errors = found.merrors["exponent"]
    centre = found.values["exponent"]
    assert (ours.low, ours.high) == pytest.approx(
        (centre + errors.lower, centre + errors.upper), rel=1e-2
    )


def test_the_profile_of_a_straight_line_is_students_interval():
    from scipy.stats import linregress, t

    random = np.random.default_rng(1)
    x = np.logspace(17, 20, 8)
    y = 10 * x**-0.1 * np.exp(0.04 * random.normal(size=8))
    fit = fit_batch(law("power"), x, y)
    line, half = linregress(np.log(x), np.log(y)), t.ppf(0.95, 6)
    ours = coefficient_interval(fit, 1, 0.9)
    assert (ours.low, ours.high) == pytest.approx(
        (-line.slope - half * line.stderr, -line.slope + half * line.stderr), rel=1e-3
    )
    ahead = error_interval(fit, np.log([1e21]), 0.9)
    design = np.log(x) - np.log(x).mean()
    spread = np.sqrt(1 / 8 + (np.log(1e21) - np.log(x).mean()) ** 2 / (design @ design))
    sigma = line.stderr * np.sqrt(design @ design)
    middle = line.intercept + line.slope * np.log(1e21)
    assert np.log([ahead.low, ahead.high]) == pytest.approx(
        [middle - half * sigma * spread, middle + half * sigma * spread], abs=1e-3
    )


def test_the_frontiers_likelihood_is_the_integral_over_the_inefficiency():
    theta = np.array([0.1, 0.2, np.log(0.5), np.log(1.5)])
    x, t = np.array([0.0, 1.0, 2.0]), np.array([-0.4, 0.5, 0.1])
    design = np.column_stack([np.ones(3), x])
    value, gradient = log_likelihood(theta, design, t)
    sigma_u = 0.5 * 1.5 / np.hypot(1, 1.5)
    sigma_v = 0.5 / np.hypot(1, 1.5)
    for row in range(3):
        away = t[row] - design[row] @ theta[:2]
        whole = quad(lambda u, a=away: norm.pdf(a + u, scale=sigma_v) * 2
                     * norm.pdf(u, scale=sigma_u), 0, 12)[0]  # fmt: skip
        assert value[row] == pytest.approx(np.log(whole), rel=1e-8)
    step = 1e-6
    for axis in range(4):
        ends = [log_likelihood(theta + side * step * np.eye(4)[axis], design, t)[0].sum()
                for side in (1, -1)]  # fmt: skip
        assert gradient[:, axis].sum() == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5)


def test_the_stochastic_frontier_finds_what_was_simulated():
    random = np.random.default_rng(0)
    x = random.uniform(-2, 2, 4000)
    t = 0.3 + 0.1 * x + 0.03 * random.normal(size=4000) - np.abs(0.08 * random.normal(size=4000))
    theta = fit_frontier(np.column_stack([np.ones(4000), x]), t)
    assert theta[:2] == pytest.approx([0.3, 0.1], abs=0.004)
    assert np.exp(theta[3]) == pytest.approx(0.08 / 0.03, rel=0.15)


def test_residuals_that_lean_the_other_way_are_said_to_show_no_inefficiency(imagenet):
    from costlaw.fitting.scatter.estimands.stochastic_frontier import stochastic_frontier

    random = np.random.default_rng(1)
    x = random.uniform(15, 20, 200)
    t = 0.1 * x + np.abs(0.05 * random.normal(size=200))
    line = stochastic_frontier(x, t, groups=np.arange(200), better=1.0, name="t")
    assert "no inefficiency shows" in line.notes[0]
    assert line.slope == pytest.approx(np.polyfit(x, t, 1)[0], abs=1e-4)


def test_a_stated_error_in_compute_steepens_the_line_and_its_interval_holds_the_truth():
    from costlaw.fitting.scatter.estimands.structural import structural

    held = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        true = random.normal(18, 1.0, 60)
        stated = true + 0.3 * random.normal(size=60)
        t = 0.1 * true + 0.05 * random.normal(size=60)
        line = structural(stated, t, groups=np.arange(60), better=1.0, name="t", measured_dex=0.3)
        low, high = line.slope_interval(0.9)
        held.append(low <= 0.1 <= high)
    assert 0.84 <= np.mean(held) <= 0.96  # 90 % nominal, standard error 2 %
