"""Write to W&B with W&B's own client (extra ``wandb``); ``WANDB_MODE=offline`` writes to a
folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from costlaw.exceptions import MissingExtra, OutputError

ARTIFACT = "costlaw-answer"


def write(
    numbers: Mapping[str, float], texts: Mapping[str, str], *, project: str, run: str | None
) -> str:
    """Write metrics and one artifact to a run and return its identity.

    Raises
    ------
    MissingExtra
        If the client is not installed.
    OutputError
        If the server cannot be reached or refuses.
    """
    try:
        import wandb
    except ImportError as error:
        raise MissingExtra("wandb", "writing to W&B") from error
    entity, _, name = project.rpartition("/")
    settings = wandb.Settings(
        silent=True, console="off", disable_git=True, x_disable_stats=True, save_code=False,
        init_timeout=60,
    )  # fmt: skip
    try:
        logged = wandb.init(project=name, entity=entity or None, id=run, settings=settings,
                            resume="allow" if run else None, job_type="costlaw")  # fmt: skip
        try:
            logged.log(dict(numbers))
            artifact = wandb.Artifact(ARTIFACT, type="costlaw")
            with tempfile.TemporaryDirectory() as folder:
                for title, text in texts.items():
                    path = Path(folder) / title
                    path.write_text(text, encoding="utf-8")
                    artifact.add_file(str(path), name=title)
                logged.log_artifact(artifact)
        finally:
            logged.finish()
    except (wandb.Error, ValueError, OSError) as error:
        raise OutputError(
            f"W&B project {project}: refused ({type(error).__name__}); set WANDB_API_KEY, or "
            "WANDB_MODE=offline to write to a folder."
        ) from None
    return str(logged.id)
