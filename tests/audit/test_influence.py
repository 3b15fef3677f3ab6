import json

import pytest

from costlaw.audit import influence
from costlaw.exceptions import EvidenceError, OptionError


def test_one_result_moves_the_articles_forecast_by_a_factor_of_ten_and_more():
    found = influence("imagenet", 0.05, edition="v1")
    assert found.exponent == pytest.approx(13.64, abs=0.01)
    assert found.log10_flop == pytest.approx(28.06, abs=0.01)
    assert [round(end, 1) for end in found.exponent_range] == [11.4, 16.4]
    assert [round(end, 1) for end in found.log10_flop_range] == [26.9, 29.5]
    assert found.without[0][0] in str(found)


def test_leaving_one_out_of_many_moves_less_than_out_of_few():
    few = influence("imagenet", 0.05, edition="v1").log10_flop_range
    many = influence("imagenet", 0.05, edition="v2", measure="consolidated").log10_flop_range
    assert many[1] - many[0] < few[1] - few[0]


def test_the_json_is_plain_and_bad_questions_are_refused():
    record = json.loads(json.dumps(influence("imagenet", 0.05).to_dict(), allow_nan=False))
    assert len(record["without"]) == 36
    with pytest.raises(OptionError):
        influence("imagenet", 5.0)
    with pytest.raises(EvidenceError):
        influence("imagenet", 0.05, edition="v1", measure="consolidated")
