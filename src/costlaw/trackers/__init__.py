"""The room of trackers: a user's own logged runs out of the stores that tools leave behind.

One reader a file behind one interface; every reader yields logged runs, and one place turns them
into a checked table and says which metric and settings it took and why. No vendor's library is
needed. Nothing is fitted or priced here, and nothing is written to a store.
"""

from costlaw.trackers.catalogue import READERS, is_store
from costlaw.trackers.importing import import_runs
from costlaw.trackers.logged import LoggedRun, Trace

__all__ = ["READERS", "LoggedRun", "Trace", "import_runs", "is_store"]
