"""``costlaw report`` at the real command."""

import json
import subprocess
import sys


def costlaw(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "costlaw", *arguments],
        capture_output=True, text=True, check=False, cwd=cwd,
    )  # fmt: skip


def test_three_files_from_one_command_and_the_card_on_stdout(tmp_path):
    done = costlaw(
        "report", "imagenet", "--error", "5%", "--html", "m.html", "--pdf", "m.pdf", "--md", "m.md",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ImageNet")
    assert done.stderr.count("memo written: ") == 4
    assert (tmp_path / "m.pdf").read_bytes().startswith(b"%PDF")
    assert "costlaw report imagenet --error 5% --html m.html" in (tmp_path / "m.md").read_text()


def test_json_alone_needs_no_file(tmp_path):
    done = costlaw("report", "imagenet", "--error", "5%", "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["schema"] == "costlaw.memo/1"
    assert told["forecast"]["schema"].startswith("costlaw.forecast/")
    assert not list(tmp_path.iterdir())


def test_refusals_are_one_line_and_leave_nothing(tmp_path):
    for arguments, code in [
        (["report", "imagenet", "--error", "5%"], 2),
        (["report", "imagenet", "--error", "5%", "--pdf", "m.html"], 2),
        (["report", "imagenet", "--error", "5%", "--pdf", "no/m.pdf"], 1),
        (["report", "imagenett", "--error", "5%", "--pdf", "m.pdf"], 2),
        (["report", "wmt14-en-de", "--error", "50%", "--edition", "v1", "--pdf", "m.pdf"], 3),
    ]:
        done = costlaw(*arguments, cwd=tmp_path)
        assert done.returncode == code, (arguments, done.stderr)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert not list(tmp_path.iterdir())
