"""A real cluster of two nodes on this machine: a worker, a node and the head are killed in turn."""

import json
import os
import signal
import threading

import pytest

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
ray = pytest.importorskip("ray")

from watching import alive, events, make_sweep, start, until, written  # noqa: E402

from costlaw.lab.runners.ray_cluster import RayRunner, _fits, _reason  # noqa: E402
from costlaw.lab.sweeps import resume_sweep, run_sweep, sweep_result  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # Ray's own, about its own
]
SMALL = {"object_store_memory": 80_000_000, "include_dashboard": False}
STEPS = 160  # 20 ms each: long enough for a new worker to start while the other trial runs
SLOW = {"kind": "Slow", "sizes": [1, 2, 3, 4, 5], "examples": [STEPS]}
CLUSTER = make_sweep(
    **SLOW, strategies=["dense", "on-gpu"], needs_of={"on-gpu": {"gpus": 1}}, attempts=3
)


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, **SMALL})
    made.second = made.add_node(num_cpus=1, **SMALL)
    yield made
    made.shutdown()


def outcomes(folder):
    return {one.trial.size: one.outcome.to_dict() for one in sweep_result(folder).finished}


def busy(folder):
    """Return the processes of the trials that are in the middle of their steps."""
    found = []
    for log in (folder / "trials").glob("*/steps.log"):
        if 3 <= len(log.read_text().split()) < 0.8 * STEPS:
            begun = json.loads((log.parent / "begun.json").read_text())
            found.append(int(begun["where"].rpartition(":")[2]))
    return [process for process in found if alive(process)]


def lost(folder):
    """Return how many attempts were lost with their worker or their node."""
    return sum(event["status"] in ("lost", "node lost") for event in events(folder, "ended"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "hurry").touch()
    run_sweep(make_sweep(**SLOW), folder, workers=2)
    return outcomes(folder)


def test_a_worker_a_node_and_the_head_are_killed_and_the_results_are_the_same(
    cluster, tmp_path, undisturbed
):
    kill_a_worker_and_a_node(cluster, tmp_path / "nodes", undisturbed)
    kill_the_head(cluster, tmp_path, undisturbed)


def kill_a_worker_and_a_node(cluster, folder, undisturbed):
    killed = []

    def kill():
        until(lambda: busy(folder))
        os.kill(busy(folder)[0], signal.SIGKILL)
        until(lambda: lost(folder) == 1)
        until(lambda: len(set(busy(folder))) == 2)  # one of them runs on the second node
        cluster.remove_node(cluster.second, allow_graceful=False)
        until(lambda: lost(folder) == 2)  # else its orphan would hurry to the end
        (folder / "hurry").touch()
        killed.append("node")

    killer = threading.Thread(target=kill)
    killer.start()
    runner = RayRunner(cluster.address, patience_s=1)
    result = run_sweep(CLUSTER, folder, runner=runner)
    killer.join(30)
    assert killed == ["node"]
    assert outcomes(folder) == undisturbed  # bit for bit, on other processes and another engine
    ends = [event["status"] for event in events(folder, "ended")]
    assert ends.count("finished") == 5
    assert lost(folder) >= 2  # the worker's, and the node's
    assert result.state.wasted.attempts >= 2
    assert result.state.wasted.elapsed_s > 0
    # the watchdog: a trial that no node can take is recorded, and the rest goes on
    assert {one.reason for one in result.failed} == {"no node"}
    assert "needs cpus = 1, gpus = 1; no living node has that much gpus" in str(result)


def kill_the_head(cluster, tmp_path, undisturbed):
    folder = tmp_path / "sweep"
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    driver = start("run", description, "--folder", folder, "--runner", "ray",
                   "--address", cluster.address, folder=tmp_path)  # fmt: skip
    try:
        until(lambda: any(e["status"] == "finished" for e in events(folder, "ended")), 60)
        cluster.head_node.kill_all_processes(check_alive=False, allow_graceful=False)
        out, said = driver.communicate(timeout=60)
    finally:
        if driver.poll() is None:
            driver.kill()
            driver.communicate()
    assert driver.returncode == 4, said
    assert "is gone; go on: costlaw lab resume" in out
    assert "(raylet)" not in out
    (folder / "hurry").touch()
    assert resume_sweep(folder, workers=2).is_complete
    assert outcomes(folder) == undisturbed


def test_no_cluster_at_the_address_is_said_in_one_line(tmp_path):
    description = written(tmp_path / "slow.py", make_sweep(**SLOW))
    driver = start("run", description, "--runner", "ray", "--address", "127.0.0.1:1",
                   folder=tmp_path)  # fmt: skip
    out, said = driver.communicate(timeout=60)
    assert (driver.returncode, out) == (1, "")
    assert said.startswith("costlaw: no Ray cluster answers at 127.0.0.1:1")
    assert said.count("\n") == 1
    assert not (tmp_path / "costlaw-lab").exists()


def test_a_node_is_held_against_all_needs_together():
    nodes = [{"CPU": 8.0}, {"CPU": 1.0, "GPU": 1.0}]
    assert not any(_fits({"cpus": 4, "gpus": 1}, node) for node in nodes)
    assert _fits({"cpus": 1, "gpus": 1}, nodes[1])
    assert "no node has all of it" in _reason({"cpus": 4, "gpus": 1}, nodes)
