import pytest

from costlaw.exceptions import DataError, OptionError, UnknownName
from costlaw.lab.tasks import find_task

OWN = """
from costlaw.lab.tasks import Task
class Mine(Task):
    name, version = "mine", "1"
    def train(self, trial, *, folder, stop): return None
    def evaluate(self, trained, trial): return None
class Half(Task):
    name, version = "half", "1"
    def train(self, trial, *, folder, stop): return None
other = 3
"""


def test_an_unknown_task_says_which_was_meant():
    with pytest.raises(UnknownName, match="Did you mean teacher-student"):
        find_task("teacher-studnet")


def test_a_users_own_task_is_a_class_in_a_file(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    assert find_task("own.py:Mine", folder=tmp_path).name == "mine"


@pytest.mark.parametrize(
    ("reference", "kind", "said"),
    [
        ("own.py:Half", OptionError, "no evaluate"),
        ("own.py:other", OptionError, "not a task"),
        ("own.py:Absent", OptionError, "not a task"),
        ("absent.py:Mine", DataError, "no such file"),
        ("broken.py:Mine", DataError, "ZeroDivisionError"),
        ("nowhere.module:Mine", OptionError, 'cannot import "nowhere"'),
    ],
)
def test_what_is_no_task_is_refused_with_the_reason(tmp_path, reference, kind, said):
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(kind, match=said):
        find_task(reference, folder=tmp_path)
