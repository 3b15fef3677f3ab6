"""The article's theory as experiments with a known truth: k² the data, k⁴ the computation.

Follows section 2 of Thompson et al. 2020 (arXiv 2007.05558): oracle, expert, flexible and
penalised estimators of a linear truth. NumPy only; nothing here touches real data.
"""

from costlaw.lab.theory.presets import PRESETS, theory
from costlaw.lab.theory.result import Answer, Curve, Experiment

__all__ = ["PRESETS", "Answer", "Curve", "Experiment", "theory"]
