"""Scale: a data × size sweep, its joint law, the held-out largest cell, exponents that drift."""

from costlaw.lab.scale.cells import Cells
from costlaw.lab.scale.held_out import HeldOut, JointFit
from costlaw.lab.scale.making import read_scale, scale, scale_sweep
from costlaw.lab.scale.result import ScaleResult
from costlaw.lab.scale.windows import Local, Window

__all__ = ["Cells", "HeldOut", "JointFit", "Local", "ScaleResult", "Window", "read_scale", "scale",
           "scale_sweep"]  # fmt: skip
