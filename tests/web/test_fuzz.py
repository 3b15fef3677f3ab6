"""The API answers whatever its description allows, and much that it does not, without failing."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode

KEEP = settings(
    max_examples=8, deadline=None, database=None, derandomize=True,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def api():
    from costlaw.web.application import create_app
    from costlaw.web.guards import LOOPBACK, Guard

    app = create_app(Guard(hosts=LOOPBACK | {"testserver"}))
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
def test_no_question_ends_in_a_failure_of_the_server(api, mode):
    asked = set()
    for found in api.get_all_operations():
        operation = found.ok()

        @KEEP
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            answer = case.call(timeout=60)
            asked.add((case.method, case.operation.path))
            if answer.status_code in {501, 503, 504}:  # an extra is missing, or busy: said so
                assert answer.json()["error"]["message"]
                return
            case.validate_response(answer, checks=(not_a_server_error,))

        try:
            ask()
        except Unsatisfiable:  # a question without parameters cannot be asked wrongly
            assert mode is GenerationMode.NEGATIVE
    assert len(asked) >= 16
