"""Tasks: what a network is trained on and how its error is measured; one file a task."""

from costlaw.lab.tasks.catalogue import TASKS, find_task
from costlaw.lab.tasks.task import Outcome, Stopped, Task

__all__ = ["TASKS", "Outcome", "Stopped", "Task", "find_task"]
