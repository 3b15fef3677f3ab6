"""The emissions block of a Hugging Face model card, out of a card.

Follows the metadata that the Hub documents (``co2_eq_emissions``: grams, source, training type,
place, hardware). The block is YAML to put between the ``---`` lines of a model card's README; every
text is written as a JSON string, which is YAML too. What is not known is left out, never guessed.
"""

from __future__ import annotations

import json

from costlaw.cards.card import Card
from costlaw.estimates import Estimate
from costlaw.units import format_number
from costlaw.version import __version__

GRAMS_PER_KG = 1000.0
_NOWHERE = ("unspecified", "world average")  # no place was stated


def emissions_block(card: Card, *, training_type: str = "") -> str:
    """Return the ``co2_eq_emissions`` block of a model card.

    Parameters
    ----------
    card : Card
        Of a run, an amount or a system. Where its energy was measured, that energy is used;
        else its own chips for its own time; else its operations at the card's site.
    training_type : str
        ``pre-training`` or ``fine-tuning``; left out if empty.

    Returns
    -------
    str
        YAML; emissions in g CO2e.

    Source
    ------
    Hugging Face Hub documentation, "Displaying carbon emissions for your model".

    Examples
    --------
    >>> from costlaw.cards import cost
    >>> print(emissions_block(cost("8xH100-hours")).split("\\n")[0])
    co2_eq_emissions:
    """
    carbon, how = _carbon(card)
    low, high = carbon.interval(0.9)
    site = (card.owned or card.today).site
    capacity = card.subject.capacity
    chip = card.subject.chip.name if card.subject.chip else site.chip
    count = f"{capacity.count:g} × " if capacity else ""
    source = (
        f"costlaw {__version__}: {how}; 90 % interval {format_number(low * GRAMS_PER_KG)} to "
        f"{format_number(high * GRAMS_PER_KG)} g CO2e"
    )
    texts = {
        "source": source,
        "training_type": training_type,
        "geographical_location": "" if site.region.startswith(_NOWHERE) else site.region,
        "hardware_used": f"{count}{chip}" if chip else "",
    }
    lines = [f"  {key}: {json.dumps(text, ensure_ascii=False)}" for key, text in texts.items()
             if text]  # fmt: skip
    grams = float(f"{carbon.value * GRAMS_PER_KG:.4g}")
    return "\n".join(["co2_eq_emissions:", f"  emissions: {grams:.12g}", *lines, ""])


def _carbon(card: Card) -> tuple[Estimate, str]:
    """Return the carbon of training [kg CO2e] and how it was obtained."""
    site = (card.owned or card.today).site
    grid = f"grid {site.carbon_intensity_kg_per_kwh.value:.3g} kg CO2e/kWh"
    measured = card.subject.energy_kwh
    if measured is not None:
        carbon = measured * site.pue * site.carbon_intensity_kg_per_kwh
        return (
            carbon,
            f"measured {format_number(measured.value)} kWh, PUE {site.pue.value:.3g}, {grid}",
        )
    bill = card.owned or card.today
    energy = format_number(bill.energy_kwh.value)
    how = f"estimated {energy} kWh including PUE {site.pue.value:.3g}, {grid}"
    return bill.co2e_kg, how
