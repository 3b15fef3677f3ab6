"""Reports: a forecast as a decision memo that stands on its own.

Question, answer with interval, evidence, picture, sensitivities, claims, sources, and how it was
made; as one HTML file that works offline, as PDF, or as Markdown. No number is made here.
"""

from costlaw.report.answers import flop_of
from costlaw.report.blocks import block_record
from costlaw.report.making import Memo, memo
from costlaw.report.saving import BESIDE, check_memo_path, memo_bytes, save_memo

__all__ = [
    "BESIDE",
    "Memo",
    "block_record",
    "check_memo_path",
    "flop_of",
    "memo",
    "memo_bytes",
    "save_memo",
]
