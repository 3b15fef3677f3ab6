"""``costlaw lab``: experiments that make new runs; one lazily loaded command a file."""

from __future__ import annotations

import click

from costlaw.cli import LazyGroup

# name -> (module that holds ``command``, one line of help): add a command here and nowhere else
COMMANDS: dict[str, tuple[str, str]] = {
    "crossing": ("costlaw.cli.lab.crossing", "Counting against a network, by the size of a text."),
    "ladder": ("costlaw.cli.lab.ladder", "Perceptron, multilayer, convolutional, transformer."),
    "meta": ("costlaw.cli.lab.meta", "One network for many tasks, or one for each?"),
    "resume": ("costlaw.cli.lab.resume", "Go on with a sweep, whatever ended it."),
    "run": ("costlaw.cli.lab.run", "Run the trials that a small file describes."),
    "scale": ("costlaw.cli.lab.scale", "Train a grid of sizes and examples; read the laws off it."),
    "shift": ("costlaw.cli.lab.shift", "Does more compute buy robustness?"),
    "status": ("costlaw.cli.lab.status", "How far a sweep is, what it took, what failed."),
    "strategies": ("costlaw.cli.lab.strategies", "Hold every way to spend less to one exam."),
    "theory": ("costlaw.cli.lab.theory", "Simulate the theory: k² the data, k⁴ the computation."),
}


@click.command(
    "lab", cls=LazyGroup, table=COMMANDS,
    short_help="Make the laws yourself: theory, scaling sweeps, strategies.",
)  # fmt: skip
def command() -> None:
    """Make the laws yourself.

    \b
    costlaw lab theory
    """
