"""The verbs that join rooms: ``fit``, ``forecast``, ``plan``, ``workload_of``.

They bring intake, fitting, costs, cards, forecasting, lifecycle and planning together with the
defaults of the command line, which calls the same functions, so that both doors give the same
numbers. Own runs are told apart from learning curves here, once for every verb. No formula lives
here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from costlaw.costs import Site, place_of
from costlaw.estimates import Estimate
from costlaw.exceptions import EvidenceError, OptionError
from costlaw.fitting.own import LawFit, fit_law
from costlaw.fitting.scatter import SCATTER_LAWS, Fit, fit_scatter
from costlaw.forecasting import (
    Forecast,
    fits_pool,
    forecast_runs,
    place_for,
)
from costlaw.intake import compute_column, evidence_of
from costlaw.laws import Law
from costlaw.laws import law as find_law
from costlaw.runs import Runs
from costlaw.runs.checkpoints import is_curve, own_apart
from costlaw.units import (
    format_quantity,
    parse_compute,
    parse_count,
    parse_duration,
    parse_error,
    parse_uses,
)

if TYPE_CHECKING:  # rooms that fit and forecast never enter are not imported for them
    from costlaw.lifecycle import Sizing, Strategy, Workload
    from costlaw.planning import Plan, Wish

_PARAMETERS = re.compile(r"^(?P<count>[^a-z]*\d.*?)\s*(?:parameters|params|weights)$", re.I)
_YEAR_S = 8766.0 * 3600.0


def fit(
    source: Any,
    *,
    law: str | Law = "power",
    estimand: str = "error-on-compute",
    along: str | None = None,
    parameters_as: str = "stated",
    huber: float | None = None,
    **reading: Any,
) -> Fit | LawFit:
    """Fit a law to published results or to one's own runs.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        The evidence; at least 3 distinct amounts of compute [FLOP].
    law : str or Law
        ``power``, ``exponential`` (1/error on log10 compute) or ``exponential-levels`` by the
        estimand; any other name or alias of ``costlaw.laws``, or a law of one's own, by the batched
        kernel: ``power-irreducible``, ``broken-power-1``, ``joint``, ``joint-repeated``,
        ``two-stage``, ``power-year``, …
    estimand : str
        ``error-on-compute``, ``compute-on-error``, ``reduced-major-axis``, ``frontier`` or
        ``fixed-year``; for the first three laws.
    along : str, optional
        Resource for a law of one input, such as ``examples``; compute where it is stated.
    parameters_as : str
        How parameters are counted in a joint law: ``stated``, ``without-embeddings``,
        ``without-embeddings-and-last-layer`` or ``counted`` (compute / 6 / examples).
    huber : float, optional
        Width of Huber's loss on ln error; least squares if left out.
    **reading
        ``edition``, ``measure``, ``columns``, ``error_unit``, and for a tracker's store
        ``metric``, ``experiment``, ``points`` and the like: how to read the source.

    Returns
    -------
    Fit or LawFit
        ``LawFit`` for every law of the batched kernel.

    Raises
    ------
    EvidenceError
        If the runs do not carry a fit.
    UnknownName
        If a name does not exist.

    Source
    ------
    Thompson et al. 2020, 2022, arXiv 2007.05558, for the estimand ``error-on-compute``.

    Examples
    --------
    >>> result = fit("imagenet", edition="v2", measure="network-operations")
    >>> result.n, round(result.cost_exponent, 2)
    (77, 11.96)
    """
    runs = own_apart(evidence_of(source, **reading))
    chosen = find_law(law) if isinstance(law, str) else law
    plain = chosen.name in SCATTER_LAWS and along is None and huber is None
    states = runs.has("compute_flop") or runs.has("hardware_burden_flop")
    if plain and estimand == "error-on-compute" and (is_curve(runs) or not states):
        plain = False
    if plain:
        return fit_scatter(
            runs, column=compute_column(runs), law=chosen.name, estimand=estimand,
            edition=runs.origin,
        )  # fmt: skip
    if estimand != "error-on-compute":
        raise OptionError(
            f'estimand = {estimand}: the law "{chosen.name}" is fitted as error-on-compute; other '
            f"estimands are for {', '.join(SCATTER_LAWS)}."
        )
    return fit_law(runs, chosen, along=along, convention=parameters_as, huber=huber)


def forecast(
    source: Any,
    error: float | str,
    *,
    site: str | Site | None = None,
    law: str | None = None,
    estimand: str = "error-on-compute",
    chip: str | None = None,
    region: str | None = None,
    **reading: Any,
) -> Forecast:
    """Forecast what a target error takes: compute, device-hours, dollars, energy, CO2e.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        The evidence; at least 3 distinct amounts of compute [FLOP].
    error : float or str
        Target: a fraction (``0.05``), a percentage (``"5%"``), or a loss in the runs' unit.
    site : str or Site, optional
        A preset (``today``, ``article-2021``, ``authors-2022``) or a site; ``today`` if neither it
        nor a chip or region is given.
    chip, region : str, optional
        Instead of a site: the chip it is priced on (an H100 if only a region is given), and the
        grid. Runs that state hours and no chip are taken to have run on this chip, unless
        ``ran_on`` says another.
    law, estimand : str
        See :func:`fit`. By default ``power`` for published results, and for own runs ``pool``, the
        calibrated predictive distribution, where there are enough of them (5 amounts of compute
        over a factor of 3), else ``power``.
    **reading
        ``edition``, ``measure``, ``columns``, ``error_unit``, ``ran_on``, ``chips``, and for a
        tracker's store ``metric``, ``experiment``, ``points`` and the like: how to read the source.

    Returns
    -------
    Forecast
        Every quantity an ``Estimate``; ``.evidence`` says how far it lies from the data.

    Raises
    ------
    EvidenceError
        If no number exists; ``UnreachableError`` if the law never gets there.
    OptionError, UnitError
        If the target is impossible or no number.

    Source
    ------
    Thompson et al. 2020, 2022, arXiv 2007.05558.

    Examples
    --------
    >>> answer = forecast("imagenet", "5%", edition="v1", site="article-2021")
    >>> round(answer.answer.point_log10, 2), f"{answer.cost.usd.value:.1e}"
    (28.06, '1.4e+11')
    """
    place = place_of(site, chip=chip, region=region)
    runs = own_apart(evidence_of(source, **{**reading, "ran_on": reading.get("ran_on") or chip}))
    place = place_for(runs, place)
    target = target_of(runs, error)
    column = compute_column(runs)
    if law is None:
        own = runs.benchmark.name == "own runs"
        pooled = own and estimand == "error-on-compute" and fits_pool(runs, column)
        law = "pool" if pooled else "power"
    return forecast_runs(
        runs, target, site=place, law=law, estimand=estimand, column=column, edition=runs.origin
    )


def target_of(runs: Runs, error: float | str) -> float:
    """Return a target error in the unit of the runs."""
    return parse_error(error) if runs.benchmark.is_fraction else _loss(error)


def _loss(error: float | str) -> float:
    from costlaw.exceptions import UnitError

    try:
        value = float(error)
    except ValueError as cause:
        raise UnitError(f'"{error}" is not a loss: expected a number such as 2.5.') from cause
    if not 0 < value < float("inf"):
        raise UnitError(f"error = {error}: expected a finite loss above 0.")
    return value


def plan(
    source: Any,
    error: float | str | None = None,
    *,
    wish: Wish | None = None,
    site: str | Site | None = None,
    sites: Sequence[Site] = (),
    strategies: Sequence[Strategy] | None = None,
    **asked: Any,
) -> Plan:
    """Plan for a target error, or for what a budget buys.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        The evidence, as for :func:`forecast`.
    error : float or str, optional
        Target; without one, ``wish.budget`` says what to spend.
    wish : Wish, optional
        Budget [USD], deadline, chance, width, uses.
    site : str or Site, optional
        Where the ladder and the next point are priced.
    sites, strategies : sequences
        What the table compares besides doing nothing; the sites and strategies that ship if not
        given, and the place of ``chip`` and ``region`` with them.
    **asked
        ``law``, ``estimand``, ``chip``, ``region`` and how to read the source, as for
        :func:`forecast`.

    Returns
    -------
    Plan
        Choices with cost, carbon, time and chance; next point, year, ladder, recommendation.

    Raises
    ------
    OptionError
        If neither an error nor a budget is given.
    EvidenceError
        If the evidence carries no number.

    Source
    ------
    The forecast's own evidence, the sites' tables and the strategies' sources.

    Examples
    --------
    >>> from costlaw.planning import Wish
    >>> made = plan("imagenet", "8%", wish=Wish(budget=1e7))
    >>> len(made.options) >= 15, made.advice.best.usd.value < 1e7
    (True, True)
    """
    from costlaw.lifecycle import default_strategies
    from costlaw.planning import Wish, default_sites, plan_for_budget, plan_for_error

    wanted = wish or Wish()
    listed = default_strategies() if strategies is None else strategies
    chip, region = asked.pop("chip", None), asked.pop("region", None)
    place = place_of(site, chip=chip, region=region)
    law: dict[str, Any] = {key: asked.pop(key) for key in ("law", "estimand") if key in asked}
    if error is None and wanted.budget is None:
        raise OptionError("a plan needs a target error or a budget: name one of them.")
    runs = evidence_of(source, **{**asked, "ran_on": asked.get("ran_on") or chip})
    named = (place,) if chip or region else ()
    sites = [place_for(runs, one) for one in sites or (*named, *default_sites())]
    if error is not None:
        found = forecast(runs, error, site=place, **law)
        return plan_for_error(found, wish=wanted, sites=sites, strategies=listed)
    buys = _bought(runs, wanted.budget or 0.0, place=place, law=law)
    found = forecast(runs, buys, site=place, **law)
    return plan_for_budget(found, wish=wanted, sites=sites, strategies=listed)


def _bought(runs: Runs, budget: float, *, place: Site, law: Mapping[str, Any]) -> float:
    """Return the error that a budget [USD] buys at a site."""
    from costlaw.planning import error_after

    seen = forecast(runs, _best_of(runs), site=place, **law)
    amount = budget / seen.site.per_flop["usd"].value
    buys = error_after(seen, Estimate.exact(amount, "FLOP")).value
    if runs.benchmark.is_fraction and not buys < 1:
        raise EvidenceError(
            f"{format_quantity(budget, 'USD')} buys {format_quantity(amount, 'FLOP')}, so"
            " little that the law says nothing of its error. Name a larger budget."
        )
    return float(buys)


def _best_of(runs: Runs) -> float:
    """Return the lowest error of runs that state their compute."""
    errors, compute = runs.numbers("error"), runs.numbers(compute_column(runs))
    return float(errors[compute > 0].min())


def workload_of(
    subject: str,
    *,
    uses: float | str,
    years: float | str = 3.0,
    retrain: float | str | None = None,
    per_use: float | str | None = None,
    retraining_share: float = 1.0,
) -> Workload:
    """Return a workload from what a person names: a system, an amount, a run or a size.

    Parameters
    ----------
    subject : str
        ``"GPT-3"``, ``"3e23 FLOP"``, ``"run.json"``, or ``"13 billion parameters"``: then the
        training is the compute-optimal one of that size.
    uses : float or str
        Uses over the whole life (``"2e12"``) or a rate (``"10 million/day"``).
    years, retrain : float or str
        Service life and time between trainings: years, or a text such as ``"18 months"``.
    per_use : float or str, optional
        Operations of one use [FLOP]; two per parameter and token or example if not given.
    retraining_share : float
        Compute of one retraining over that of the first training.

    Returns
    -------
    Workload

    Raises
    ------
    OptionError
        If the operations of one use are neither given nor follow from a number of parameters.
    UnitError, UnknownName, EvidenceError
        If the subject or a quantity cannot be read.

    Source
    ------
    Hoffmann et al. (2022), arXiv 2203.15556, for a size without its training.

    Examples
    --------
    >>> work = workload_of("13 billion parameters", uses="2e12", years=1)
    >>> f"{work.training.value:.3g} {work.per_use.value:.3g}"
    '4.5e+22 2.6e+10'
    """
    from costlaw.cards import subject_of
    from costlaw.lifecycle import inference_aware
    from costlaw.lifecycle.workload import FLOP_PER_PARAMETER, Workload

    size, notes = _PARAMETERS.match(subject.strip()), ""
    parameters: float | None = parse_count(size["count"]) if size else None
    if parameters is not None:
        planned = inference_aware(parameters, uses=1.0)
        training = Estimate.exact(planned.stated.training_flop, "FLOP", planned.sources)
    else:
        about = subject_of(subject)
        training, notes = about.compute, about.name
        parameters = about.system.parameters if about.system else None
    if per_use is not None:
        once = parse_compute(per_use)
    elif parameters:
        once = FLOP_PER_PARAMETER * parameters
    else:
        raise OptionError(
            f"{subject}: its parameters are not known, so neither are the operations of one use."
            ' Give them: --per-use "350 GFLOP".'
        )
    life = _years(years)
    every = None if retrain is None else _years(retrain, "time between trainings")
    often, is_rate = parse_uses(uses)
    return Workload.of(
        training=training, per_use=once, uses_per_year=often if is_rate else often / life,
        service_years=life, retrain_every_years=every,
        retraining_share=retraining_share, name=notes or subject.strip(),
        use="use" if per_use is not None else "token or example",
    )  # fmt: skip


def sizing_of(subject: str, *, uses: float | str, years: float | str = 3.0) -> Sizing | None:
    """Return the cheapest size of a stated size's quality, or None where no size is stated.

    Examples
    --------
    >>> f"{sizing_of('13 billion parameters', uses='2e12').best.parameters:.2e}"
    '6.97e+09'
    """
    from costlaw.lifecycle import inference_aware

    size = _PARAMETERS.match(subject.strip())
    if not size:
        return None
    often, is_rate = parse_uses(uses)
    return inference_aware(
        parse_count(size["count"]), uses=often * (_years(years) if is_rate else 1), replicates=200
    )


def _years(length: float | str, what: str = "service life") -> float:
    try:
        years = float(length)
    except ValueError:
        years = parse_duration(length) / _YEAR_S
    if not 0 < years < float("inf"):
        raise OptionError(f"{what} = {length}: expected years, or a length such as 18 months.")
    return years
