"""Forecasts of later published results from earlier ones, benchmark by benchmark.

A dozen early results of one benchmark say little about how fast its methods improve; the other
benchmarks say more. ``pooled_line`` holds the line with a year term that borrows from them,
``origins`` the rolling origin that scores it: fit up to a year, forecast every later result.
"""

from costlaw.fitting.rolling.origins import Origins, roll
from costlaw.fitting.rolling.pooled_line import Kin, PooledLine, learn_kin

__all__ = ["Kin", "Origins", "PooledLine", "learn_kin", "roll"]
