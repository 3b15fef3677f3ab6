"""The version of the package, read by the build and by every result that is written."""

__version__ = "0.1.0"
