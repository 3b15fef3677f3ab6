"""Reports: a forecast as a decision memo that stands on its own.

Question, answer with interval, evidence, picture, sensitivities, claims, sources, and how it was
made; as one HTML file that works offline, as PDF, or as Markdown. No number is made here.
"""

from costlaw.report.making import Memo, memo
from costlaw.report.saving import check_memo_path, save_memo

__all__ = ["Memo", "check_memo_path", "memo", "save_memo"]
