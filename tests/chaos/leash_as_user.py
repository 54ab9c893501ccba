"""`nexus.cli.leash` for a command that must run as another user: PostgreSQL refuses to run as root.

`python leash_as_user.py PARENT_PID USER COMMAND…`. The kernel forgets a leash when a process changes its user,
so the user is changed first. SIGINT is PostgreSQL's fast shutdown.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change the user, set the leash, become the command."""
    parent, user, *command = sys.argv[1:]
    kernel, account = ctypes.CDLL(None, use_errno=True), pwd.getpwnam(user)
    os.setgroups([account.pw_gid])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    kernel.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != int(parent):  # it died before the leash was set
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming the given command is its purpose


if __name__ == "__main__":
    main()
