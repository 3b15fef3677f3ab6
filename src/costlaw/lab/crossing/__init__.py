"""The crossing by data size: rules or counts against a network, the article's translation story."""

from costlaw.lab.crossing.running import crossing

__all__ = ["crossing"]
