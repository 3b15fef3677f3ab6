"""Experiments that make new runs: theory, scaling sweeps, strategies.

The laws that the article reads off other people's papers are made here, on this machine, from known
truth and real data. Nobody below imports this room; ``audit`` and ``lifecycle`` read the tables it
writes. Only ``theory`` works without the extra [lab].
"""
