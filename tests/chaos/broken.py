"""A process of the company with a bug in it: `python -m tests.chaos.broken BUG agents.worker|gateway.main`."""

import importlib
import sys

from tests.chaos.bugs import BUGS


def main() -> None:
    """Patch the modules of this process, then be the process."""
    bug, module = sys.argv.pop(1), sys.argv.pop(1)
    put_in, processes = BUGS[bug]
    if module in processes:
        put_in()
    sys.exit(importlib.import_module(module).main())


if __name__ == "__main__":
    main()
