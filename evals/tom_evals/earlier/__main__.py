"""``python -m tom_evals.earlier``: prints the report."""

import sys

from tom_evals.common.real_data import shared_data
from tom_evals.common.report import as_markdown
from tom_evals.earlier.run import run

if __name__ == "__main__":
    sys.stdout.write(f"{as_markdown(run(shared_data()), 'python -m tom_evals.earlier')}\n")
