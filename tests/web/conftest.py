"""A server in the process, and one on a port with a real browser; both end with the module."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from costlaw.cli import command as costlaw_command

OWN = "name,val_error,train_flops\n" + "".join(
    f"run {i},{0.40 * 10 ** (-0.11 * i) + 0.03:.4f},{10 ** (17 + 0.5 * i):.4g}\n" for i in range(9)
)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def client():
    from starlette.testclient import TestClient

    from costlaw.web.application import create_app

    with TestClient(create_app(), base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture
def printed():
    """Return what a command prints with ``--json``."""

    def run(*words):
        done = CliRunner().invoke(costlaw_command, [*words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def own_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "runs.csv"
    path.write_text(OWN)
    return path


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Served:
    """``costlaw serve`` as a process of its own."""

    def __init__(self, *options):
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "costlaw", "serve", "--port", str(self.port), *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.address = f"http://127.0.0.1:{self.port}"
        self._wait()

    def _wait(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.address}/api/v1/benchmarks", timeout=5).close()
                return
            except urllib.error.HTTPError:
                return  # it answers
            except OSError:
                assert self.process.poll() is None, self.process.stderr.read()
                time.sleep(0.1)
        raise AssertionError("the server did not answer")

    def close(self):
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def served():
    made = Served()
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no chromium on this machine: make test installs Debian's where it may")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield made
        made.close()


@pytest.fixture(scope="session")
def axe():
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
