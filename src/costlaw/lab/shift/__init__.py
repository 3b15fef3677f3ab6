"""Shift: what a trained network is worth when the world turns, goes on, or is taken anew."""

from costlaw.lab.shift.controlled import SHIFTS, shift

__all__ = ["SHIFTS", "shift"]
