"""The readers by name, and which one a place is of.

The first reader whose ``sniff`` knows a file reads it; a folder that several know is refused, with
the option that settles it. A plain table is what is left when no tracker's format fits.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from costlaw.exceptions import DataError, UnknownName
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

# name -> (module below readers, class); order is the order of sniffing
READERS: dict[str, tuple[str, str]] = {
    "wandb-api": ("wandb_api", "WandbApi"),
    "mlflow-server": ("mlflow_server", "MlflowServer"),
    "mlflow-database": ("mlflow_database", "MlflowDatabase"),
    "mlflow-files": ("mlflow_files", "MlflowFiles"),
    "wandb-offline": ("wandb_offline", "WandbOffline"),
    "wandb-csv": ("wandb_csv", "WandbCsv"),
    "tensorboard": ("tensorboard", "TensorBoard"),
    "huggingface": ("hugging_face", "HuggingFace"),
    "optuna-database": ("optuna_database", "OptunaDatabase"),
    "optuna-journal": ("optuna_journal", "OptunaJournal"),
    "lightning": ("lightning", "Lightning"),
    "keras": ("keras", "Keras"),
    "codecarbon": ("codecarbon", "CodeCarbon"),
    "zeus": ("zeus", "Zeus"),
    "learning-curve": ("learning_curve", "LearningCurve"),
    "table": ("table", "Table"),
}


def make_reader(name: str) -> Reader:
    """Return a fresh reader.

    Raises
    ------
    UnknownName
        If there is none of that name.
    """
    if name not in READERS:
        raise UnknownName("reader", name, READERS)
    module, kind = READERS[name]
    found: Reader = getattr(importlib.import_module(f"costlaw.trackers.readers.{module}"), kind)()
    return found


def find_reader(place: Place, name: str = "auto") -> Reader:
    """Return the reader of a place.

    Parameters
    ----------
    place : Place
        File, folder or address.
    name : str
        Reader that the caller wants, or ``auto``.

    Raises
    ------
    UnknownName
        If there is no reader of that name.
    DataError
        If no reader knows the place, or several do.
    """
    if name != "auto":
        return make_reader(name)
    if not place.is_address and not place.path.exists():
        raise DataError(
            f"{place.text}: no such file or folder; expected a file of runs or a tracker's store. "
            "Check the path."
        )
    able = [reader for reader in map(make_reader, READERS) if reader.sniff(place)]
    if not able:
        raise DataError(
            f"{place.origin}: no reader knows this {'folder' if place.is_folder else 'place'}; "
            f"expected the store of one of {', '.join(READERS)}. Say which: --from NAME."
        )
    if len(able) > 1 and place.is_folder:
        names = ", ".join(reader.name for reader in able)
        raise DataError(
            f"{place.origin}: the folder holds stores of {names}; expected one. Name the store's "
            f"own path, or say which: --from {able[0].name}."
        )
    return able[0]


def is_store(name: str | Path) -> bool:
    """Return whether a name is an address, a folder, or an existing file that is no plain table.

    Examples
    --------
    >>> is_store("https://tracking.example:5000"), is_store("imagenet")
    (True, False)
    """
    place = Place(str(name))
    return place.is_address or place.path.exists()
