"""Published forms fitted by least squares on ln error, without beliefs, memory or shift.

Our re-implementation of what a practitioner would run: every run alike, many starts, the best end.
M1: straight line (Hestness et al. 2017). M2y: power law with irreducible error. M3: Alabdulmohsin
et al. 2022. BNSL1: one smooth break (Caballero et al. 2023). Recorded means of other recipes,
with their sources, are in peers.csv.
"""

from __future__ import annotations

import numpy as np

from costlaw.fitting.kernel.fit import Prior, fit_batch
from costlaw.fitting.predictive.cases import Case
from costlaw.fitting.predictive.members import ALL, Member, first_guesses, pad
from costlaw.laws import law

PEERS = {"M1": "", "M2y": "power-irreducible", "M3": "power-shifted", "BNSL1": "broken-power-1"}
NO_BELIEF = 1e-10  # only keeps the normal equations solvable


def peer_rmsle(name: str, case: Case) -> float:
    """RMSE of ln error over the hidden runs."""
    curve = case.look.curve
    if name == "M1":
        line = np.polyfit(curve.u, curve.z, 1)
        return float(np.sqrt(np.mean((np.polyval(line, case.u) - case.z) ** 2)))
    member = Member(law=PEERS[name], memory=ALL)
    heads = pad([curve])
    guesses = first_guesses(member.law, heads.span, heads.slope())
    level = np.broadcast_to(heads.z[:, -1:], (*guesses.shape[:-1], 1))
    starts = np.concatenate([level, guesses], axis=-1)
    size = starts.shape[-1]
    prior = Prior(mean=np.zeros(size), precision=np.full(size, NO_BELIEF))
    fit = fit_batch(
        law(member.law), np.exp(heads.u)[None], np.exp(heads.z), starts=starts, prior=prior,
        origin=(np.zeros((1, 1)), np.zeros(1)), max_steps=200, bounded=False,
    )  # fmt: skip
    with np.errstate(over="ignore"):
        z = law(member.law).log_error(fit.q, case.u[None, None])[0]
    return float(np.sqrt(np.mean((z - case.z) ** 2)))
