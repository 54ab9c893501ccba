"""Runs a command that ends when the process that started it ends, however that one ended. Linux only.

`python leash.py PARENT_PID COMMAND…` asks the kernel for SIGTERM at the parent's death (`prctl(2)`,
PR_SET_PDEATHSIG, kept across execve) and becomes COMMAND. A program of its own instead of a `preexec_fn`,
because running Python between fork and exec is unsafe in a process that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Set the leash, then become the command."""
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before the leash was set
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming the given command is its purpose


if __name__ == "__main__":
    main()
