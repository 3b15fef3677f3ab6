"""Rosenblatt's ladder: the article's history of networks as one runnable chart."""

from costlaw.lab.ladder.climbing import ladder

__all__ = ["ladder"]
