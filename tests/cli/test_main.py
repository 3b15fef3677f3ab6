import subprocess
import sys

import pytest

from costlaw.cli import COMMANDS, main


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "costlaw", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as leave:
        main(list(arguments))
    return int(leave.value.code or 0)


def test_help_lists_every_command_and_loads_nothing_heavy():
    script = (
        "import sys\nfrom costlaw.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'scipy', 'polars', 'rich', 'altair'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stderr.strip() == "[]"
    for name in COMMANDS:
        assert name in found.stdout


@pytest.mark.parametrize(
    ("arguments", "expected", "message"),
    [
        (["literatur"], 2, "Did you mean literature?"),
        (["literature", "list", "--edition", "v9"], 2, 'unknown edition "v9"'),
        (["literature", "check", "absent.csv"], 1, "no such file"),
        (["audit", "fifth-power"], 2, "Did you mean"),
        (["audit", "--over-time", "imagenet", "--error", "500%"], 2, "outside (0, 1)"),
        (["audit", "--leave-one-out", "squad", "--measure", "network-operations"], 3, "no results"),
    ],
)
def test_a_refusal_has_its_exit_code_and_one_message_on_stderr(capfd, arguments, expected, message):
    assert code(*arguments) == expected
    captured = capfd.readouterr()
    assert message in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_data_goes_to_stdout_and_the_rest_to_stderr():
    found = run("audit")
    assert found.returncode == 0
    assert "ninth-power" in found.stdout
    assert "hold exactly" in found.stderr and "Audit(" not in found.stderr


def test_a_reader_that_goes_away_is_no_error():
    found = subprocess.run(
        f"{sys.executable} -m costlaw literature export --edition extended | head -1",
        shell=True, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert found.stdout.startswith("key,collection")
    assert "Traceback" not in found.stderr


def test_every_command_of_the_table_can_be_imported(capfd):
    for name in COMMANDS:
        assert code(name, "--help") == 0
