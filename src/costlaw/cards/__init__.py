"""Cards: a named system, an amount of compute or a run, priced then and today.

``cost`` makes a card, ``side_by_side`` puts two next to each other, ``band`` prices one amount
under every published habit of pricing, ``published_figures`` are the figures in print with the
products they follow from. This room fits nothing and forecasts nothing.
"""

from costlaw.cards.card import Card, bill_of_hours, cost
from costlaw.cards.live import LiveBill, Tariff, bill_of_metered, tariff, tariff_of
from costlaw.cards.own import Own, own_estimate
from costlaw.cards.own_machine import OwnMachine, on_own_machine
from costlaw.cards.published import Published, figure, figures_of, published_figures
from costlaw.cards.readings import Band, band
from costlaw.cards.side_by_side import Pair, side_by_side
from costlaw.cards.subject import Subject, subject_of

__all__ = [
    "Band",
    "Card",
    "LiveBill",
    "Own",
    "OwnMachine",
    "Pair",
    "Published",
    "Subject",
    "Tariff",
    "band",
    "bill_of_hours",
    "bill_of_metered",
    "cost",
    "figure",
    "figures_of",
    "on_own_machine",
    "own_estimate",
    "published_figures",
    "side_by_side",
    "subject_of",
    "tariff",
    "tariff_of",
]
