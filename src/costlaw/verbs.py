"""The verbs: ``fit`` and ``forecast`` as a person calls them from Python.

They bring intake, fitting, costs and forecasting together with the defaults of the command line,
which calls the same two functions, so both doors give the same numbers. No formula lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costlaw.costs import Site, preset
from costlaw.fitting.scatter import Fit, fit_scatter
from costlaw.forecasting import Forecast, fits_pool, forecast_runs
from costlaw.intake import compute_column, runs_of
from costlaw.runs import Runs
from costlaw.units import parse_error


def evidence_of(
    source: Any,
    *,
    edition: str | None = None,
    measure: str | None = None,
    columns: Mapping[str, str] | None = None,
    error_unit: str = "auto",
    **store: Any,
) -> Runs:
    """Return the runs behind anything a person may pass.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        A benchmark's name, a file, a tracker's store or a meter's folder, a checked table, records
        (metered spans too), or any dataframe narwhals knows.
    edition, measure : str, optional
        Edition of the corpus and measure of compute; benchmarks only.
    columns : mapping of str to str, optional
        Canonical column to header; files and dataframes only.
    error_unit : str
        How to read the error column of a file or a dataframe.
    **store
        How to read a tracker's store: ``metric``, ``experiment``, ``points``, ``reader``,
        ``unfinished``, ``join``; see :func:`costlaw.trackers.import_runs`.

    Returns
    -------
    Runs

    Raises
    ------
    DataError, UnknownName, OptionError
        If the source is none of these or holds an impossible value.
    """
    if isinstance(source, Runs):
        return source
    if isinstance(source, str | Path):
        return runs_of(
            str(source), edition=edition, measure=measure, columns=columns, error_unit=error_unit,
            **store,
        )  # fmt: skip
    if isinstance(source, list | tuple):
        return Runs.from_records([_record(item) for item in source])
    return Runs.from_frame(source, columns=columns, error_unit=error_unit)


def _record(item: Any) -> Any:
    """Return a metered span as its run, anything else as it is."""
    run = getattr(item, "run", None)
    return run() if callable(run) else item if run is None else run


def fit(
    source: Any,
    *,
    law: str = "power",
    estimand: str = "error-on-compute",
    **reading: Any,
) -> Fit:
    """Fit a law to published results or to one's own runs.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        The evidence; at least 3 distinct amounts of compute [FLOP].
    law : str
        ``power``, ``exponential`` (1/error on log10 compute) or ``exponential-levels``.
    estimand : str
        ``error-on-compute``, ``compute-on-error``, ``reduced-major-axis``, ``frontier`` or
        ``fixed-year``.
    **reading
        ``edition``, ``measure``, ``columns``, ``error_unit``, and for a tracker's store
        ``metric``, ``experiment``, ``points`` and the like: how to read the source.

    Returns
    -------
    Fit

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
    runs = evidence_of(source, **reading)
    return fit_scatter(
        runs, column=compute_column(runs), law=law, estimand=estimand, edition=runs.origin
    )


def forecast(
    source: Any,
    error: float | str,
    *,
    site: str | Site = "today",
    law: str | None = None,
    estimand: str = "error-on-compute",
    **reading: Any,
) -> Forecast:
    """Forecast what a target error takes: compute, device-hours, dollars, energy, CO2e.

    Parameters
    ----------
    source : str, Path, Runs, list of Run, or dataframe
        The evidence; at least 3 distinct amounts of compute [FLOP].
    error : float or str
        Target: a fraction (``0.05``), a percentage (``"5%"``), or a loss in the runs' unit.
    site : str or Site
        A preset (``today``, ``article-2021``, ``authors-2022``) or a site.
    law, estimand : str
        See :func:`fit`. By default ``power`` for published results, and for own runs ``pool``, the
        calibrated predictive distribution, where there are enough of them (5 amounts of compute
        over a factor of 3), else ``power``.
    **reading
        ``edition``, ``measure``, ``columns``, ``error_unit``, and for a tracker's store
        ``metric``, ``experiment``, ``points`` and the like: how to read the source.

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
    place = preset(site) if isinstance(site, str) else site
    runs = evidence_of(source, **reading)
    target = parse_error(error) if runs.benchmark.is_fraction else _loss(error)
    column = compute_column(runs)
    if law is None:
        own = runs.benchmark.name == "own runs"
        pooled = own and estimand == "error-on-compute" and fits_pool(runs, column)
        law = "pool" if pooled else "power"
    return forecast_runs(
        runs, target, site=place, law=law, estimand=estimand, column=column, edition=runs.origin
    )


def _loss(error: float | str) -> float:
    from costlaw.exceptions import UnitError

    try:
        value = float(error)
    except ValueError as cause:
        raise UnitError(f'"{error}" is not a loss: expected a number such as 2.5.') from cause
    if not 0 < value < float("inf"):
        raise UnitError(f"error = {error}: expected a finite loss above 0.")
    return value
