"""From counted operations to hardware burden: the authors' regression between the two measures.

Where a paper states its network but not its hardware, the 2022 version of the paper predicts the
burden from the operations by a line in logarithms, fitted to the rows that state both (n = 11,
R² 0.85 on ImageNet). A predicted burden is not a measured one: rows that carry it say so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from costlaw.exceptions import DataError
from costlaw.sources import Source

_AUTHORS = Source(
    title="The Computational Limits of Deep Learning, published notebooks",
    year=2022,
    url="https://github.com/MIT-FutureTech/TheComputationalLimitsOfDeepLearning",
    locator="notebooks, regression of hardware burden on network operations",
)


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """log10 burden = intercept + slope · log10 operations, with where it was fitted."""

    name: str
    intercept: float
    slope: float
    n: int
    source: Source

    def burden(self, network_operations_flop: float) -> float:
        """Return the predicted hardware burden [FLOP].

        Raises
        ------
        DataError
            If the operations are not a positive finite number.

        Examples
        --------
        >>> f"{IMAGENET_2022.burden(1e20):.3g}"
        '3.68e+20'
        """
        if not 0.0 < network_operations_flop < math.inf:
            raise DataError(
                f"network operations = {network_operations_flop}: expected a positive number."
            )
        return float(10.0 ** (self.intercept + self.slope * math.log10(network_operations_flop)))


# coefficients as printed; the COCO notebook carries an older fit of the same line
IMAGENET_2022 = Conversion(
    name="imagenet-2022", intercept=3.1337, slope=0.8716, n=11, source=_AUTHORS
)
COCO_2022 = Conversion(name="coco-2022", intercept=2.7580, slope=0.8935, n=11, source=_AUTHORS)
