"""The room of trackers: a user's own logged runs out of the stores that tools leave behind.

One reader a file behind one interface; every reader yields logged runs, and one place turns them
into a checked table and says which metric and settings it took and why. No vendor's library is
needed but for a W&B server. ``writing`` puts an answer back into MLflow or W&B. Nothing is fitted
or priced.
"""

from costlaw.trackers.catalogue import READERS, is_store
from costlaw.trackers.importing import import_runs
from costlaw.trackers.logged import LoggedRun, Trace
from costlaw.trackers.writing import log_answer

__all__ = ["READERS", "LoggedRun", "Trace", "import_runs", "is_store", "log_answer"]
