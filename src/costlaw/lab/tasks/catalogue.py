"""Which tasks there are: a name and the class behind it, imported when it is asked for.

A user's own task is named by ``module:Class`` or by ``file.py:Class``; it needs no registration.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from costlaw.exceptions import CostlawError, DataError, MissingExtra, OptionError, UnknownName
from costlaw.lab.tasks.task import Task

# name -> module:Class
TASKS: dict[str, str] = {
    "teacher-student": "costlaw.lab.tasks.teacher_student:TeacherStudent",
    "fashion-mnist": "costlaw.lab.tasks.pictures:FashionMnist",
    "mnist": "costlaw.lab.tasks.pictures:Mnist",
    "speeches": "costlaw.lab.tasks.language:Speeches",
    "breast-cancer": "costlaw.lab.tasks.tables:BreastCancer",
    "gene-expression": "costlaw.lab.tasks.tables:GeneExpression",
    "flights": "costlaw.lab.tasks.tables:Flights",
}


def find_task(reference: str, *, folder: Path | None = None) -> Task:
    """Return a task by its name, or a user's own by ``module:Class`` or ``file.py:Class``.

    Parameters
    ----------
    reference : str
        Name or reference.
    folder : Path, optional
        Where a relative ``file.py`` is looked for; the working folder if left out.

    Raises
    ------
    UnknownName
        If there is no such task.
    OptionError
        If the reference leads to something that is not a task.
    DataError
        If the file cannot be imported.
    MissingExtra
        If the task needs an extra that is not installed.

    Examples
    --------
    >>> find_task("teacher-student").name
    'teacher-student'
    """
    target = TASKS.get(reference, reference)
    place, mark, name = target.rpartition(":")
    if not mark or not place or not name:
        raise UnknownName("task", reference, TASKS)
    module = _from_file(place, folder) if place.endswith(".py") else _from_name(place, reference)
    found = getattr(module, name, None)
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise OptionError(
            f"task {reference}: {name} in {place} is not a task; expected a subclass of "
            "costlaw.lab.tasks.Task with train and evaluate."
        )
    if missing := sorted(getattr(found, "__abstractmethods__", ())):
        raise OptionError(f"task {reference}: {name} has no {' and no '.join(missing)}.")
    for needed in ("name", "version"):
        if not isinstance(getattr(found, needed, None), str):
            raise OptionError(f"task {reference}: {name} does not state its {needed} as text.")
    return found()


def absolute_reference(reference: str, folder: Path) -> str:
    """Return a reference that means the same from any working folder.

    Examples
    --------
    >>> absolute_reference("teacher-student", Path("/tmp"))
    'teacher-student'
    >>> absolute_reference("own.py:Mine", Path("/tmp"))
    '/tmp/own.py:Mine'
    """
    place, _, name = reference.rpartition(":")
    if not place.endswith(".py"):
        return reference
    return f"{(folder / place).absolute()}:{name}"


def _from_name(place: str, reference: str) -> ModuleType:
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if reference in TASKS and missing != "costlaw":
            raise MissingExtra("lab", f'the task "{reference}"') from error
        raise OptionError(
            f'task {reference}: cannot import "{error.name}"; expected MODULE:CLASS on Python\'s '
            "path, or FILE.py:CLASS."
        ) from error


def _from_file(place: str, folder: Path | None) -> ModuleType:
    path = ((folder or Path.cwd()) / place).absolute()
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected Python code with a task.")
    name = f"costlaw_task_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DataError(f"{path}: not Python code that can be imported.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except CostlawError:
        del sys.modules[name]
        raise
    except Exception as error:
        del sys.modules[name]
        raise DataError(f"{path}: {type(error).__name__}: {error}") from error
    return module
