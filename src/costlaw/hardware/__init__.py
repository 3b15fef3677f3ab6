"""What chips can do: dense peak rate per number format, power, price over time.

Each row is sourced and dated; most facts are Epoch AI's "Machine Learning Hardware" (CC BY).
This room does not turn work into time or money: ``compute`` and ``costs`` do.
"""

from costlaw.hardware.catalogue import chip, chips, likely_chip
from costlaw.hardware.chip import FORMATS, Chip, Price

__all__ = ["FORMATS", "Chip", "Price", "chip", "chips", "likely_chip"]
