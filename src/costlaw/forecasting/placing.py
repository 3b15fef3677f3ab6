"""What the compute of some runs is priced as: a count of operations, or capacity that was held.

A hardware burden is capacity, used or not. Priced like operations it would be divided by a
utilization that it never was multiplied with, and cost two to three times too much.
"""

from __future__ import annotations

from costlaw.compute import BY_THE_HOUR
from costlaw.costs import Site
from costlaw.costs.utilization import utilization_of_burdens
from costlaw.runs import Runs

BURDENS = ("hardware-burden", "consolidated")  # measures of the corpus


def place_for(runs: Runs, site: Site) -> Site:
    """Return a site as the compute of some runs is priced there.

    Parameters
    ----------
    runs : Runs
        Where the amount of compute comes from.
    site : Site
        Where it is paid for.

    Returns
    -------
    Site
        By the hour for device-hours; at the ratio of the runs' utilization to the site's for
        another hardware burden; as it is for operations.

    Examples
    --------
    >>> from costlaw.costs import preset
    >>> from costlaw.literature import published_runs
    >>> burden = published_runs("imagenet", "v2", "hardware-burden")
    >>> operations = published_runs("imagenet", "v2", "network-operations")
    >>> today = preset("today")
    >>> place_for(burden, today).used_before is None, place_for(operations, today) is today
    (False, True)
    """
    if runs.measure == BY_THE_HOUR:
        return site.by_the_hour()
    bare = runs.has("hardware_burden_flop") and not runs.has("compute_flop")
    if runs.measure in BURDENS or (bare and runs.benchmark.name == "own runs"):
        return site.for_burden(utilization_of_burdens())
    return site
