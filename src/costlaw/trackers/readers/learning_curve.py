"""scikit-learn's ``learning_curve``: sizes and scores, saved with ``numpy.savez``.

Arrays named as its results are (``train_sizes_abs`` or ``train_sizes``, ``test_scores``,
``fit_times``). Each fold is a run of its own, the fold its seed. Scores are read as
accuracies, or as negated losses where none is above 0. Pickled files are not opened: loading one
runs whatever code it holds.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from costlaw.exceptions import DataError
from costlaw.trackers.logged import Array, Fault, LoggedRun, Trace, Value, Wanted
from costlaw.trackers.place import Place
from costlaw.trackers.reader import Reader

_SIZES = ("train_sizes_abs", "train_sizes")
_LARGEST = 1 << 24  # numbers in one array


class LearningCurve(Reader):
    """The result of scikit-learn's ``learning_curve``."""

    name = "learning-curve"
    title = "scikit-learn learning curve"
    caveats = ("the file does not name its scorer: scores above 0 are read as accuracies, scores "
               "never above 0 as negated losses",)  # fmt: skip

    def sniff(self, place: Place) -> bool:
        """Return whether a file is a numpy archive."""
        return place.path.suffix.casefold() == ".npz" and place.head.startswith(b"PK")

    def logged(self, place: Place, wanted: Wanted) -> Iterator[LoggedRun | Fault]:
        """Yield one run a size and fold."""
        yield from runs_of_curve(_arrays(place), place.origin)


def runs_of_curve(arrays: Mapping[str, Array], origin: str) -> Iterator[LoggedRun]:
    """Yield one run a size and fold of a learning curve.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``train_sizes`` of shape (sizes,), ``test_scores`` and, where known, ``fit_times`` [s] and
        ``train_flops`` [FLOP] of shape (sizes, folds) or (sizes,).
    origin : str
        For messages.

    Raises
    ------
    DataError
        If the arrays are not those of a learning curve.
    """
    sizes = next((arrays[key] for key in _SIZES if key in arrays), None)
    scores = arrays.get("test_scores")
    if sizes is None or scores is None or sizes.ndim != 1 or scores.shape[:1] != sizes.shape:
        raise DataError(
            f"{origin}: expected the arrays train_sizes (sizes,) and test_scores (sizes, folds); "
            f"found {', '.join(arrays) or 'none'}. Save them: numpy.savez(path, train_sizes=…, "
            "test_scores=…, fit_times=…)."
        )
    scores = scores.reshape(sizes.size, -1)
    metric = "test_accuracy"
    if np.nanmax(scores, initial=-np.inf) <= 0:
        scores, metric = -scores, "test_loss"  # neg_log_loss and its kin are never above 0
    more = {key: np.broadcast_to(cells.reshape(sizes.size, -1), scores.shape)
            for key, cells in arrays.items()
            if key in {"fit_times", "train_flops"} and cells.shape[:1] == sizes.shape
            and cells.size in {sizes.size, scores.size}}  # fmt: skip
    for at, fold in np.ndindex(scores.shape):
        settings: dict[str, Value] = {"examples": float(sizes[at]), "seed": str(fold)}
        for key, cells in more.items():
            settings["duration_s" if key == "fit_times" else key] = float(cells[at, fold])
        name = f"{sizes[at]:g} examples, fold {fold}"
        yield LoggedRun(name=name, identity=name, settings=settings, finished=True,
                        traces={metric: Trace.single(float(scores[at, fold]))})  # fmt: skip


def _arrays(place: Place) -> dict[str, Any]:
    found = {}
    try:
        with zipfile.ZipFile(place.path) as archive:
            large = [item.filename for item in archive.infolist() if item.file_size > 8 * _LARGEST]
        if large:
            raise DataError(f"{place.origin}: {large[0]} is larger than 128 MiB; refused.")
        with np.load(place.path, allow_pickle=False) as archive:
            for key in archive.files:
                cells = archive[key]
                if cells.dtype.kind in "iuf":
                    found[key] = np.asarray(cells, dtype=np.float64)
    except PermissionError as error:
        raise DataError(f"{place.text}: permission denied; make it readable.") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(
            f"{place.origin}: cannot be read as a numpy archive ({error}); save it again."
        ) from error
    return found
