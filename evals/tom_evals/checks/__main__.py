"""``python -m tom_evals.checks``: prints what `run` measures."""

import sys

from tom_evals.checks.run import run
from tom_evals.common.real_data import shared_data
from tom_evals.common.report import as_json, as_markdown

if __name__ == "__main__":
    write = as_json if "--json" in sys.argv else as_markdown
    sys.stdout.write(f"{write(run(shared_data()), 'python -m tom_evals.checks')}\n")
