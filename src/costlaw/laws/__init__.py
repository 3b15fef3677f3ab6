"""Laws: formulas from resources to error, one family a file; they fit nothing and hold no data."""

from costlaw.laws.catalogue import LAWS, law
from costlaw.laws.law import Coefficient, Coordinate, Law

__all__ = ["LAWS", "Coefficient", "Coordinate", "Law", "law"]
