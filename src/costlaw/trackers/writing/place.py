"""Where an answer is written: ``mlflow:ADDRESS`` or ``wandb:ENTITY/PROJECT``."""

from __future__ import annotations

from costlaw.exceptions import OptionError
from costlaw.trackers.writing.answer import Answer, numbers_of, texts_of


def log_answer(
    answer: Answer, place: str, *, run: str | None = None, experiment: str = "costlaw"
) -> str:
    """Write an answer to a tracker: its quantities as metrics, its JSON and card as an artifact.

    Parameters
    ----------
    answer : Answer
        A forecast, a cost, a card or a fit; its quantities go in their own units [FLOP,
        device-hour, USD, kWh, kg CO2e].
    place : str
        ``mlflow:ADDRESS`` (a server, a database or a folder, as MLflow takes it) or
        ``wandb:PROJECT`` or ``wandb:ENTITY/PROJECT``.
    run : str, optional
        Identity of a run to add to; a new run otherwise.
    experiment : str
        MLflow's experiment of a new run; made if it is not there.

    Returns
    -------
    str
        Identity of the run that was written to.

    Raises
    ------
    OptionError
        If the place is neither.
    MissingExtra
        If the tracker's client is not installed.
    OutputError
        If the tracker cannot be reached or refuses.

    Source
    ------
    The trackers' own clients.

    Examples
    --------
    >>> log_answer(None, "elsewhere:x")
    Traceback (most recent call last):
    costlaw.exceptions.OptionError: elsewhere:x: expected mlflow:ADDRESS or wandb:ENTITY/PROJECT.
    """
    kind, _, address = place.partition(":")
    if kind not in {"mlflow", "wandb"} or not address:
        raise OptionError(f"{place}: expected mlflow:ADDRESS or wandb:ENTITY/PROJECT.")
    numbers, texts = numbers_of(answer), texts_of(answer)
    if kind == "mlflow":
        from costlaw.trackers.writing.mlflow_client import write

        return write(numbers, texts, address=address, run=run, experiment=experiment)
    from costlaw.trackers.writing.wandb_client import write as write_wandb

    return write_wandb(numbers, texts, project=address, run=run)
