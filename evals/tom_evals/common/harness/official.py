"""Patches judged by the official ``swebench`` package, in its containers."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.processes import finished
from tom_evals.common.harness.workspace import Judged, NoCheckout
from tom_swe.extras import install_command

DATASET = "princeton-nlp/SWE-bench_Verified"
SECONDS = 3600.0
_NAME = "tom"


def command(instance: Instance, predictions: Path, run_id: str, dataset: str) -> list[str]:
    """What is run for one instance (options as of swebench 5.0)."""
    return [
        sys.executable,
        *("-m", "swebench.harness.run_evaluation"),
        *("--dataset_name", dataset),
        *("--instance_ids", instance.id),
        *("--predictions_path", str(predictions)),
        *("--run_id", run_id),
        *("--max_workers", "1"),
    ]


def judge(instance: Instance, patch: str, dataset: str = DATASET) -> Judged:
    """Whether the package finds the instance resolved.

    ``dataset`` is a name on Hugging Face, or a JSON file. Raises NoCheckout where the package
    or Docker is not there, or the evaluation ended without a verdict.
    """
    if find_spec("swebench") is None:
        hint = install_command("swebench", of="tom-evals")
        raise NoCheckout(f"judging an image needs the `swebench` package: run {hint}")
    if not patch.strip():
        return Judged(resolved=False, output="nothing was changed")
    with TemporaryDirectory(prefix="tom-judge-") as place:
        folder = Path(place)
        predictions = folder / "predictions.jsonl"
        row = {"instance_id": instance.id, "model_name_or_path": _NAME, "model_patch": patch}
        predictions.write_text(f"{json.dumps(row)}\n", encoding="utf-8")
        done = finished(
            command(instance, predictions, "tom", dataset),
            folder=folder,
            environment=os.environ,
            seconds=SECONDS,
        )
        return verdict(
            instance, folder / f"{_NAME}.tom.json", f"{done.output}{done.errors}"[-2000:]
        )


def verdict(instance: Instance, report: Path, output: str) -> Judged:
    """What the package's report says of an instance. Raises NoCheckout where it says nothing."""
    try:
        told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoCheckout(f"swebench wrote no report on {instance.id}: {output}") from error
    if instance.id in told.get("resolved_ids", ()):
        return Judged(resolved=True, output=output)
    if instance.id in told.get("unresolved_ids", ()):
        return Judged(resolved=False, output=output)
    raise NoCheckout(f"swebench could not judge {instance.id}: {output}")
