import tracemalloc

import pytest

from costlaw.exceptions import DataError, OutputError, UnknownName
from costlaw.literature.checking import REQUIRED, check_file
from costlaw.literature.export import export, records

GOOD = {
    "benchmark": "imagenet",
    "network": "SomeNet-50",
    "title": "A paper about SomeNet",
    "url": "https://arxiv.org/abs/2401.00001",
    "year": "2024",
    "metric": "top-1 accuracy",
    "score": "83.5",
    "error": "0.165",
    "parameters": "25600000",
    "flop_per_pass": "8.2e9",
    "network_operations_flop": "9.5e18",
    "hardware_burden_flop": "3e19",
    "how": "300 epochs of ImageNet-1k",
    "locator": "Table 2, row 3",
    "licence": "CC-BY-4.0",
}
# column changed, value, column where it must be found: 20 planted faults
FAULTS = [
    ("title", "", "title"),
    ("url", "", "url"),
    ("url", "arxiv 2401.00001", "url"),
    ("locator", "", "locator"),
    ("licence", "CC-BY-SA-4.0", "licence"),
    ("licence", "", "licence"),
    ("benchmark", "imagnet", "benchmark"),
    ("metric", "BLEU", "metric"),
    ("year", "24", "year"),
    ("year", "2124", "year"),
    ("score", "0.835", "score"),
    ("score", "83.5 %", "score"),
    ("score", "183.5", "score"),
    ("error", "16.5", "error"),
    ("error", "0.25", "error"),
    ("parameters", "25.6", "parameters"),
    ("flop_per_pass", "-8.2e9", "flop_per_pass"),
    ("network_operations_flop", "9.5e9", "network_operations_flop"),
    ("network_operations_flop", "5e19", "hardware_burden_flop"),
    ("hardware_burden_flop", "nan", "hardware_burden_flop"),
    ("how", "", "how"),
    ("network", "", "network"),
]


def text(rows: list[dict[str, str]]) -> str:
    lines = [",".join(GOOD)]
    lines += [",".join(f'"{row[name]}"' for name in GOOD) for row in rows]
    return "\n".join(lines) + "\n"


def write(tmp_path, content: str, encoding: str = "utf-8"):
    path = tmp_path / "new.csv"
    path.write_text(content, encoding=encoding)
    return path


def test_a_good_contribution_has_no_problem(tmp_path):
    rows = [GOOD | {"network": f"SomeNet-{n}"} for n in range(20)]
    assert list(check_file(write(tmp_path, text(rows)))) == []


@pytest.mark.parametrize(("column", "value", "where"), FAULTS)
def test_a_planted_fault_is_found_at_its_line_and_column(tmp_path, column, value, where):
    rows = [GOOD | {"network": f"SomeNet-{n}"} for n in range(6)]
    rows[3] = rows[3] | {column: value}
    problems = list(check_file(write(tmp_path, text(rows))))
    assert problems
    assert {problem.line for problem in problems} == {5}
    assert where in {problem.column for problem in problems}
    assert all(problem.expected and problem.advice for problem in problems)
    assert str(problems[0]).startswith("new.csv:5 ")


def test_a_repeated_row_is_found_within_the_file_and_against_the_corpus(tmp_path):
    known = next(iter(records("v2", "imagenet")))
    old = GOOD | {"network": str(known["network"]), "title": str(known["title"]),
                  "score": f"{known['score']:g}", "error": ""}  # fmt: skip
    problems = list(check_file(write(tmp_path, text([GOOD, GOOD, old]))))
    assert [(problem.line, problem.column) for problem in problems] == [
        (3, "network"),
        (4, "network"),
    ]


def test_a_row_with_a_missing_cell_is_found_and_the_rest_still_checked(tmp_path):
    content = text([GOOD]) + "imagenet,half a row\n" + text([GOOD | {"year": "x"}]).split("\n")[1]
    problems = list(check_file(write(tmp_path, content)))
    assert [problem.line for problem in problems] == [3, 4, 4]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        (",".join(REQUIRED) + "\n", "no results"),
        ("benchmark,network\nimagenet,x\n", "no column title"),
        (",".join([*REQUIRED, "colour"]) + "\n", "unknown column"),
        (",".join([*REQUIRED, "year"]) + "\n", "twice"),
    ],
)
def test_a_file_that_is_no_contribution_is_refused_with_one_message(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        list(check_file(write(tmp_path, content)))


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        list(check_file(tmp_path / "absent.csv"))
    with pytest.raises(DataError, match="folder"):
        list(check_file(tmp_path))
    with pytest.raises(DataError, match="UTF-8"):
        list(check_file(write(tmp_path, text([GOOD | {"title": "é"}]), "latin-1")))


def test_a_byte_order_mark_is_no_problem(tmp_path):
    assert list(check_file(write(tmp_path, text([GOOD]), "utf-8-sig"))) == []


def test_memory_grows_by_a_digest_a_row_not_by_the_row(tmp_path):
    rows = [GOOD | {"network": f"SomeNet-{n}"} for n in range(20_000)]
    path = write(tmp_path, text(rows))
    list(check_file(write(tmp_path, text(rows[:10]))))
    path = write(tmp_path, text(rows))
    tracemalloc.start()
    assert sum(1 for _ in check_file(path)) == 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * len(rows) < path.stat().st_size


def test_an_export_is_whole_or_not_there(tmp_path):
    target = tmp_path / "v1.csv"
    assert export(target, "v1") == 101
    before = target.read_bytes()
    with pytest.raises(OutputError, match="exists"):
        export(target, "v1")
    with pytest.raises(UnknownName):
        export(tmp_path / "x.csv", "v9")
    with pytest.raises(OutputError, match="cannot be written"):
        export(tmp_path / "no" / "x.csv", "v1")
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["v1.csv"]


def test_every_exported_row_states_its_source_and_licence():
    for row in records("extended"):
        assert row["source"] and row["licence"] and row["locator"]
