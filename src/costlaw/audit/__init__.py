"""Every quantitative claim of the article as a row: stated, ours, recipe, verdict by one rule.

Follows "Deep Learning's Diminishing Returns" (IEEE Spectrum, 2021) and both versions of "The
Computational Limits of Deep Learning" (arXiv 2007.05558). It makes no new runs.
"""

from costlaw.audit.influence import Influence, influence
from costlaw.audit.over_time import OverTime, over_time
from costlaw.audit.table import Audit, Claim, audit
from costlaw.audit.verdicts import Rule, verdict

__all__ = [
    "Audit",
    "Claim",
    "Influence",
    "OverTime",
    "Rule",
    "audit",
    "influence",
    "over_time",
    "verdict",
]
