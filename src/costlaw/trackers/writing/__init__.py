"""Write an answer back to the tracker that the runs came from: numbers as metrics, the rest
beside.

One function for every tracker; each tracker's own client does the writing, as an optional extra.
What is written is what the answer's ``table()``, ``to_dict()`` and card already say.
"""

from costlaw.trackers.writing.answer import PREFIX, Answer, numbers_of
from costlaw.trackers.writing.place import log_answer

__all__ = ["PREFIX", "Answer", "log_answer", "numbers_of"]
