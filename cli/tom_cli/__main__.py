"""``python -m tom_cli`` is ``tom``."""

from tom_cli.main import main

main()
