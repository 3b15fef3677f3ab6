"""The name table of the laws: names in words, aliases as in the papers.

A name that is not in it is refused with the nearest ones. It holds no formula.
"""

from __future__ import annotations

from costlaw.exceptions import UnknownName
from costlaw.laws.bounded import BoundedLaw
from costlaw.laws.broken import BrokenOnceLaw, BrokenTwiceLaw
from costlaw.laws.exponential import ExponentialLaw
from costlaw.laws.exponential_levels import ExponentialLevelsLaw
from costlaw.laws.gompertz import GompertzLaw
from costlaw.laws.hill import HillLaw
from costlaw.laws.irreducible import IrreducibleLaw
from costlaw.laws.joint import JointLaw
from costlaw.laws.joint_repeated import JointRepeatedLaw
from costlaw.laws.law import Law
from costlaw.laws.power import PowerLaw
from costlaw.laws.shifted import ShiftedLaw
from costlaw.laws.theory import TheoryComputeLaw, TheoryDataLaw
from costlaw.laws.two_stage import TwoStageLaw
from costlaw.laws.year import YearLaw

LAWS: dict[str, Law] = {
    item.name: item
    for item in (
        PowerLaw(),
        ExponentialLaw(),
        ExponentialLevelsLaw(),
        IrreducibleLaw(),
        ShiftedLaw(),
        BoundedLaw(),
        BrokenOnceLaw(),
        BrokenTwiceLaw(),
        HillLaw(),
        GompertzLaw(),
        JointLaw(),
        JointRepeatedLaw(),
        YearLaw(),
        TwoStageLaw(),
        TheoryDataLaw(),
        TheoryComputeLaw(),
    )
}


def law(name: str) -> Law:
    """Return the law of a name or alias, in any case.

    Parameters
    ----------
    name : str
        Name in words (``power``) or as in its paper (``M1``).

    Raises
    ------
    UnknownName
        If there is none.

    Examples
    --------
    >>> law("M1").name
    'power'
    """
    table = {key.casefold(): item for item in LAWS.values() for key in (item.name, *item.aliases)}
    if name.casefold() not in table:
        raise UnknownName("law", name, (key for item in LAWS.values() for key in (item.name,)))
    return table[name.casefold()]
