"""Measurements that anyone can run again: speed and extrapolation, as JSON or a table."""
