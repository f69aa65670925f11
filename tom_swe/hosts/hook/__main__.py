"""Starts the hook with nothing but the standard library and tom itself: ``python -IS FILE EVENT``.

Python runs isolated, since the shell of a host may point PYTHONPATH into somebody's repository,
and without the site packages, which take as long as the hook.
"""

import os
import sys

try:
    # Isolated, and without the site packages, Python does not know where tom is.
    if (root := __file__.rpartition("/tom_swe/hosts/hook/")[0]) and root not in sys.path:
        sys.path.insert(0, root)
    from tom_swe.hosts.hook import main

    main()
except BaseException:
    # A broken installation is no reason to hold up a prompt; `tom plugin doctor` tells of it.
    os._exit(0)
