"""Real data for the lab's tests, fetched once; a test that needs them is skipped without a network.

Only an unreachable registry skips; a wrong checksum or a broken reader fails.
"""

import pytest


def real(maker):
    from costlaw.lab.data_sets.fetching import UnreachableRegistry

    try:
        return maker()
    except UnreachableRegistry as problem:
        pytest.skip(f"no real data here: {problem}")


@pytest.fixture(scope="session")
def fashion():
    pytest.importorskip("torch", reason="the lab's strategies need PyTorch")
    from costlaw.lab.tasks.classification import kept
    from costlaw.lab.tasks.pictures import fashion

    return real(lambda: kept(fashion))


@pytest.fixture(scope="session")
def addresses():
    from costlaw.lab.data_sets.speeches import speeches

    return real(speeches)


@pytest.fixture(scope="session")
def departed():
    from costlaw.lab.data_sets.flights import flights

    return real(flights)


@pytest.fixture(scope="session")
def expression():
    from costlaw.lab.data_sets.genes import genes

    return real(genes)
