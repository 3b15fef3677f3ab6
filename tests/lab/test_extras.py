"""The extra [lab]: asked for by name, not loaded before it is needed."""

import subprocess
import sys

import pytest

from costlaw.exceptions import MissingExtra
from costlaw.lab.extras import need, one_thread


def test_a_missing_library_names_the_purpose_and_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r"searching needs the optional extra \[lab\]"):
        need("optuna", purpose="searching")


def test_a_strategy_whose_library_is_missing_says_so(monkeypatch):
    pytest.importorskip("torch")
    from costlaw.lab.strategies import find_strategy

    monkeypatch.setitem(sys.modules, "torch_pruning", None)
    with pytest.raises(MissingExtra, match='the strategy "pruned-units"'):
        find_strategy("pruned-units")


def test_studies_refuse_without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match="the ladder"), one_thread("the ladder"):
        pass


def test_a_library_that_is_broken_inside_is_not_called_missing(monkeypatch, tmp_path):
    (tmp_path / "broken_lib.py").write_text("import not_there_at_all\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        need("broken_lib", purpose="anything")


def test_importing_the_studies_loads_no_torch():
    code = (
        "import sys, costlaw.lab.comparing, costlaw.lab.crossing, costlaw.lab.ladder, "
        "costlaw.lab.shift, costlaw.lab.meta.learning, costlaw.lab.tasks; "
        "print(sorted({'torch', 'optuna', 'sklearn', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_thread_gives_the_threads_back():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    with one_thread("a test"):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
