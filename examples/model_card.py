"""The emissions block of a Hugging Face model card, from what a run used."""

import json
import tempfile
from pathlib import Path

import costlaw
from costlaw.cards.model_card import emissions_block

RUN = {"name": "b3", "chip": "A100 SXM4 80 GB", "chip_count": 8, "duration_s": 86400,
       "energy_kwh": 71.0}  # fmt: skip

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        path.write_text(json.dumps(RUN))
        print(emissions_block(costlaw.cost(str(path)), training_type="fine-tuning"))
