"""Two ways to count compute, which never mix silently.

Operations (FLOP per pass × 3 × passes) say what a network needed; hardware burden (chips × peak
rate × time) says what capacity was held for it. Follows the two measures of "The Computational
Limits of Deep Learning" (arXiv 2007.05558). Money and energy are the business of ``costs``.
"""

from costlaw.compute.burden import burden_of, hardware_burden, utilization
from costlaw.compute.conversion import COCO_2022, IMAGENET_2022, Conversion
from costlaw.compute.device_time import BY_THE_HOUR, burden_by_the_hour
from costlaw.compute.growth import Capacity, Growth, growth_between
from costlaw.compute.operations import flop_per_pass, operation_count
from costlaw.compute.phases import Device, Measure, Phase, total_compute

__all__ = [
    "BY_THE_HOUR",
    "COCO_2022",
    "IMAGENET_2022",
    "Capacity",
    "Conversion",
    "Device",
    "Growth",
    "Measure",
    "Phase",
    "burden_by_the_hour",
    "burden_of",
    "flop_per_pass",
    "growth_between",
    "hardware_burden",
    "operation_count",
    "total_compute",
    "utilization",
]
