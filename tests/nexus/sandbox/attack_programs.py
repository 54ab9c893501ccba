"""Programs that try to get out of the sandbox, to outlive it, to exhaust the machine or to forge their verdict.

Each is the body of a program: it sets `escaped` when it reached what it must not reach. An exception means that it was
stopped. `b` is the bait (see `bait.py`), `call` makes a system call by its numbers on x86_64 and aarch64 and is true
when the kernel did it or would have. Those in CONTROLS also run outside, where they must succeed.
"""

# ruff: noqa: E501 - one line a program

FILES = {
    "reads-the-canary": "escaped = b['word'] in open(b['file']).read()",
    "reads-it-by-a-relative-path": "escaped = b['word'] in open('../' * 30 + b['file'][1:]).read()",
    "reads-it-through-a-symlink": "os.symlink(b['file'], 'link'); escaped = b['word'] in open('link').read()",
    "reads-it-through-a-hard-link": "os.link(b['file'], 'hard'); escaped = b['word'] in open('hard').read()",
    "reads-it-through-the-root-of-process-1": "escaped = b['word'] in open('/proc/1/root' + b['file']).read()",
    "reads-it-through-its-own-cwd": "escaped = b['word'] in open('/proc/self/cwd/' + '../' * 20 + b['file'][1:]).read()",
    "reads-it-from-an-opened-root": "d = os.open('/', os.O_PATH); escaped = b['word'] in os.fdopen(os.open(b['file'][1:], 0, dir_fd=d)).read()",
    "reads-it-in-a-child": "escaped = b['word'] in subprocess.run(['cat', b['file']], capture_output=True, text=True).stdout",
    "reads-it-after-chdir": "os.chdir(b['folder']); escaped = b['word'] in open('file').read()",
    "reads-it-by-sqlite": "import sqlite3; c = sqlite3.connect(':memory:'); c.execute('attach ? as x', (b['file'],)); c.execute('create table x.t (a)'); escaped = True",
    "lists-the-folder": "escaped = 'file' in os.listdir(b['folder'])",
    "reads-the-shadow-file": "escaped = 'root' in open('/etc/shadow').read()",
    "reads-the-owners-home": "escaped = bool(os.listdir(os.path.expanduser('~root')) and open(b['home_file']).read())",
    "reads-the-companys-env-file": "escaped = b['word'] in open(b['env_file']).read()",
    "reads-the-companys-database": "escaped = b['word'] in open(b['database']).read()",
    "reads-the-disk": "escaped = bool(os.read(os.open(b['disk'] or '/dev/sda', 0), 512))",
    "reads-memory-of-the-machine": "escaped = bool(os.read(os.open('/dev/mem', 0), 1))",
    "reads-kernel-messages": "escaped = os.open('/dev/kmsg', 0) > 0",
    "reads-through-a-handle": "escaped = call((303, 264), -100, b['file'].encode(), bytes([8, 0, 0, 0] + [0] * 60), bytes(8), 0)",
}
WRITES = {
    "writes-a-file-outside": "open(b['folder'] + '/new', 'w').write('x'); escaped = True",
    "overwrites-the-canary": "open(b['file'], 'w').write('x'); escaped = True",
    "cuts-the-canary": "os.truncate(b['file'], 0); escaped = True",
    "removes-the-canary": "os.unlink(b['file']); escaped = True",
    "renames-the-canary": "os.rename(b['file'], b['folder'] + '/other'); escaped = True",
    "changes-the-canarys-mode": "os.chmod(b['file'], 0o600); escaped = True",
    "changes-the-canarys-time": "os.utime(b['file'], (1, 1)); escaped = True",
    "changes-the-canarys-owner": "os.chown(b['file'], 12345, 12345); escaped = True",
    "marks-the-canary": "os.setxattr(b['file'], 'user.x', b'x'); escaped = True",
    "makes-a-folder-outside": "os.mkdir(b['folder'] + '/made'); escaped = True",
    "makes-a-pipe-outside": "os.mkfifo(b['folder'] + '/pipe'); escaped = True",
    "makes-a-link-outside": "os.symlink('/etc/passwd', b['folder'] + '/link'); escaped = True",
    "writes-through-a-symlink": "os.symlink(b['folder'] + '/new', 'l'); open('l', 'w').write('x'); escaped = True",
    "moves-its-file-out": "open('mine', 'w').write('x'); os.rename('mine', b['folder'] + '/mine'); escaped = True",
    "adds-a-user": "open('/etc/passwd', 'a').write('x:x:0:0::/:/bin/sh'); escaped = True",
    "changes-our-python": "open(os.path.join(sys.prefix, b['word']), 'w').write('x'); escaped = True",
    "changes-the-system": "open('/usr/' + b['word'], 'w').write('x'); escaped = True",
    "changes-the-sandbox-itself": "[open(p + '/' + b['word'], 'w').write('x') for p in (b['ours'], '/run/ours/nexus/sandbox')]; escaped = True",
    "leaves-a-file-in-shared-memory": "open('/dev/shm/' + b['word'], 'w').write('x')",
    "leaves-a-file-in-the-temporary-folder": "open('/tmp/' + b['word'], 'w').write('x')",
    "leaves-a-file-in-another-temporary-folder": "open('/var/tmp/' + b['word'], 'w').write('x')",
    "changes-a-setting-of-the-kernel": "escaped = os.write(os.open('/proc/sys/kernel/hostname', os.O_WRONLY), b'x') > 0",
    "presses-sysrq": "os.open('/proc/sysrq-trigger', os.O_WRONLY); escaped = True",
}
SIGHTS = {
    "has-our-environment": "escaped = b['word'] in str(dict(os.environ))",
    "sees-the-environment-of-process-1": "escaped = b['word'] in open('/proc/1/environ').read()",
    "sees-the-environment-of-its-parent": "escaped = b['word'] in open(f'/proc/{os.getppid()}/environ').read()",
    "sees-any-environment": "escaped = any(b['word'] in tryread(f'/proc/{p}/environ') for p in os.listdir('/proc') if p.isdigit())",
    "sees-the-decoys-command-line": "escaped = b['word'] in tryread(f\"/proc/{b['decoy']}/cmdline\")",
    "sees-the-decoys-memory": "open(f\"/proc/{b['decoy']}/mem\", 'rb'); escaped = os.getpid() > 20",
    "sees-other-processes": "escaped = any(b['word'] in tryread(f'/proc/{p}/cmdline') for p in os.listdir('/proc') if p.isdigit() and int(p) > 20)",
    "has-a-descriptor-of-ours": "escaped = any(is_open(n) for n in range(3, 300))",
}
NETWORK = {
    "connects-over-ipv4": "socket.create_connection(('127.0.0.1', b['port']), 1); escaped = True",
    "connects-over-ipv6": "socket.create_connection(('::1', b['port6']), 1); escaped = True",
    "connects-in-a-child": "subprocess.run([sys.executable, '-c', f\"import socket; socket.create_connection(('127.0.0.1', {b['port']}), 1)\"], check=True); escaped = True",
    "sends-a-datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', b['port'])); socket.socket().connect(('127.0.0.1', b['port'])); escaped = True",
    "connects-to-an-abstract-socket": "socket.socket(socket.AF_UNIX).connect('\\0' + b['abstract']); escaped = True",
    "connects-to-a-socket-file": "socket.socket(socket.AF_UNIX).connect(b['socket']); escaped = True",
    "turns-a-pair-to-a-socket-file": "x, y = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); x.connect(b['datagrams']); x.send(b'x'); escaped = True",
    "opens-a-netlink-socket": "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); s.bind((0, 0)); escaped = True",
    "opens-a-raw-socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); escaped = True",
    "opens-a-packet-socket": "socket.socket(17, socket.SOCK_RAW, 3); escaped = True",
    "opens-a-socket-to-the-hypervisor": "socket.socket(40, socket.SOCK_STREAM); escaped = True",
    "opens-the-kernels-cryptography": "socket.socket(38, 5, 0); escaped = True",
}
SURVIVORS = {
    "daemon-by-double-fork": "detach(); escaped = True",
    "daemon-by-a-shell": "subprocess.run(['sh', '-c', f\"nohup {sys.executable} -c 'import time; time.sleep(60)' {b['word']} >/dev/null 2>&1 &\"]); escaped = True",
    "daemon-in-its-own-session": "subprocess.Popen([sys.executable, '-c', SLEEP, b['word']], start_new_session=True); escaped = True",
    "daemon-that-is-deaf": "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 15)]; subprocess.Popen([sys.executable, '-c', SLEEP, b['word']], restore_signals=False); escaped = True",
    "daemon-at-exit": "import atexit; atexit.register(detach); escaped = True",
    "daemon-that-always-moves": "move(); escaped = True",
}
HANGS = {
    "sleeps": ("time.sleep(60)", "wall"),
    "closes-everything-and-sleeps": ("os.closerange(0, 100); time.sleep(60)", "wall"),
    "stops-itself": ("os.kill(os.getpid(), signal.SIGSTOP)", "wall"),
    "ignores-what-ends-it": (
        "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 15)]; time.sleep(60)",
        "wall",
    ),
    "waits-for-a-thread": ("threading.Thread(target=time.sleep, args=(60,)).start()", "wall"),
    "spins": ("while True: pass", "cpu wall"),
    "spins-in-children": ("[os.fork() for _ in range(4)]\nwhile True: pass", "cpu wall"),
}
BOMBS = {
    "fork-bomb": ("while True:\n  try: os.fork()\n  except OSError: time.sleep(0.01)", "wall cpu memory"),
    "thread-bomb": (
        "while True:\n  try: threading.Thread(target=time.sleep, args=(60,)).start()\n  except RuntimeError: time.sleep(0.01)",
        "wall cpu memory",
    ),
    "shell-bomb": (
        "open('b', 'w').write('f(){ f|f& };f;sleep 60'); os.execvp('sh', ['sh', 'b'])",
        "wall cpu memory none",
    ),
    "memory-in-one": ("x = []\nwhile True: x.append(bytearray(1 << 24))", "memory none"),
    "memory-in-many": (
        "for _ in range(8): os.fork()\nx = bytearray(40 << 20)\ntime.sleep(60)",
        "memory wall",
    ),
    "memory-shared": (
        "import mmap\nx = [mmap.mmap(-1, 1 << 24) for _ in range(60)]\nfor m in x:\n  for i in range(0, 1 << 24, 4096): m[i] = 1\ntime.sleep(60)",
        "memory none",
    ),
    "memory-file": (
        "f = os.memfd_create('x')\nwhile True: os.write(f, bytes(1 << 20))",
        "none memory file_size",
    ),
    "disk-one-file": ("f = open('x', 'wb')\nwhile True: f.write(bytes(1 << 20))", "none file_size disk"),
    "disk-many-files": (
        "i = 0\nwhile True:\n  open(f'x{i}', 'wb').write(bytes(1 << 20)); i += 1",
        "none disk",
    ),
    "disk-by-shell": (
        "os.execvp('sh', ['sh', '-c', 'yes > x; yes > y; yes > z; echo over'])",
        "none file_size disk wall cpu output",
    ),
    "inodes": ("i = 0\nwhile True:\n  open(f'x{i}', 'w').close(); i += 1", "none files"),
    "folders": ("while True: os.mkdir('d'); os.chdir('d')", "none files"),
    "links": ("i = 0\nwhile True: os.symlink('x', f'l{i}'); i += 1", "none files"),
    "shared-memory-disk": (
        "i = 0\nwhile True:\n  open(f'/dev/shm/x{i}', 'wb').write(bytes(1 << 20)); i += 1",
        "none disk",
    ),
    "sparse-file": (
        "f = open('x', 'wb'); f.truncate(1 << 44); escaped = os.path.getsize('x') > (1 << 40)",
        "none file_size",
    ),
    "output": ("while True: os.write(1, b'flood ' * 1000)", "output"),
    "error-output": ("while True: os.write(2, b'flood ' * 1000)", "output"),
    "output-of-children": ("os.fork(); os.fork()\nwhile True: os.write(1, b'flood ' * 1000)", "output"),
    "descriptors": ("x = []\nwhile True: x.append(os.open('/dev/null', 0))", "none"),
    "pipes": (
        "x = []\nwhile True:\n  r, w = os.pipe(); os.set_blocking(w, False); os.write(w, bytes(65536)); x += [r, w]",
        "none memory",
    ),
    "deep-recursion": ("import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()", "none memory"),
    "regex": ("import re; re.match(r'(a+)+$', 'a' * 60 + 'b')", "wall cpu"),
}
KERNEL = {
    "ptrace-its-parent": "escaped = call((101, 117), 16, os.getppid(), 0, 0)",
    "ptrace-itself": "escaped = call((101, 117), 0, 0, 0, 0)",
    "reads-anothers-memory": "escaped = call((310, 270), os.getppid(), None, 0, None, 0, 0)",
    "takes-a-descriptor": "escaped = call((438, 438), os.pidfd_open(os.getppid()), 0, 0)",
    "loads-bpf": "escaped = call((321, 280), 0, bytes(64), 48)",
    "counts-performance": "escaped = call((298, 241), bytes([1, 0, 0, 0, 112]) + bytes(107), 0, -1, -1, 0)",
    "faults-for-itself": "escaped = call((323, 282), 1)",
    "sets-up-io-uring": "escaped = call((425, 425), 1, bytes(120))",
    "uses-the-keyring": "escaped = call((250, 219), 0, -3, 0)",
    "adds-a-key": "escaped = call((248, 217), b'user', b'x', b'y', 1, -3)",
    "makes-a-user-namespace": "escaped = call((272, 97), 0x10000000)",
    "makes-a-mount-namespace": "escaped = call((272, 97), 0x20000)",
    "forks-into-a-user-namespace": "escaped = call((56, 220), 0x10000000 | 17, 0, 0, 0, 0)",
    "forks-by-clone3": "escaped = call((435, 435), bytes([0, 0, 0, 0x10]) + bytes(60), 64)",
    "enters-a-namespace": "escaped = call((308, 268), os.open('/proc/1/ns/mnt', 0), 0)",
    "mounts": "escaped = call((165, 40), b'none', b'/', b'tmpfs', 0, 0)",
    "mounts-by-the-new-calls": "escaped = call((430, 430), b'tmpfs', 0) or call((428, 428), -100, b'/', 1)",
    "unmounts": "escaped = call((166, 39), b'/proc', 2)",
    "changes-the-root": "escaped = call((161, 51), b'/')",
    "loads-a-module": "escaped = call((313, 273), 0, b'', 0)",
    "reads-the-kernels-log": "escaped = call((103, 116), 3, bytes(100), 100)",
    "changes-its-personality": "escaped = call((135, 92), 0x0040000)",
    "uses-the-other-numbers": "escaped = os.uname().machine == 'x86_64' and LIBC.syscall(0x40000000 + 39) >= 0",
    "reboots": "escaped = call((169, 142), 0, 0, 0, 0)",
    "swaps": "escaped = call((167, 224), b'/dev/null', 0)",
    "accounts": "escaped = call((163, 89), 0)",
}
PRIVILEGE = {
    "becomes-root": "os.setuid(0); escaped = True",
    "is-root": "escaped = 0 in os.getresuid() + os.getresgid() + tuple(os.getgroups())",
    "keeps-capabilities": "escaped = call((126, 91), bytes([0x22, 5, 8, 0x20, 0, 0, 0, 0]), bytes([255] * 24)) ",
    "runs-a-setuid-program": "r = subprocess.run(['su', '-c', 'id'], capture_output=True, text=True, stdin=subprocess.DEVNULL); escaped = 'uid=0' in r.stdout",
    "makes-a-setuid-program": "shutil.copyfile('/usr/bin/id', 'id'); os.chmod('id', 0o6755); escaped = 'euid=0' in subprocess.run(['./id'], capture_output=True, text=True).stdout",
    "may-gain-privileges": "escaped = LIBC.prctl(39, 0, 0, 0, 0) != 1",
    "makes-a-device": "os.mknod('disk', 0o60666, os.makedev(254, 0)); escaped = True",
    "sets-the-clock": "time.clock_settime(time.CLOCK_REALTIME, time.time()); escaped = True",
    "sets-the-host-name": "socket.sethostname('x'); escaped = True",
    "takes-a-better-priority": "os.nice(-5); escaped = True",
    "takes-real-time": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)); escaped = True",
    "lowers-its-oom-score": "escaped = os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'-500') > 0",
    "raises-its-limits": "resource.setrlimit(resource.RLIMIT_NOFILE, (100000, 100000)); escaped = True",
    "dumps-core": "resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20)); escaped = True",
    "signals-everybody": "os.kill(-1, signal.SIGTERM)",
    "kills-the-decoy": "os.kill(b['decoy'], signal.SIGKILL); escaped = os.getpid() > 20",
    "kills-its-parent": "os.kill(os.getppid(), signal.SIGKILL); time.sleep(0.2)",
    "kills-process-1": "os.kill(1, signal.SIGKILL); time.sleep(0.2)",
    "limits-the-decoy": "resource.prlimit(b['decoy'], resource.RLIMIT_NOFILE, (10, 10)); escaped = os.getpid() > 20",
    "slows-the-decoy": "os.setpriority(os.PRIO_PROCESS, b['decoy'], 19); escaped = os.getpid() > 20",
    "types-into-a-terminal": "import fcntl; [fcntl.ioctl(n, 0x5412, b'x') for n in (0, 1, 2)]; escaped = True",
    "types-into-its-terminal": "import fcntl; fcntl.ioctl(os.open('/dev/tty', os.O_RDWR), 0x5412, b'x'); escaped = True",
    "types-into-a-new-terminal": "import pty, fcntl; m, s = pty.openpty(); fcntl.ioctl(s, 0x5412, b'x'); escaped = True",
}
FORGERIES = {
    "prints-a-good-verdict": "print('{\"exit\": 0}', '{\"exit_code\": 0, \"left\": 0}', 'PASS', sep='\\n')",
    "writes-a-verdict-everywhere": '[trywrite(n, b\'{"exit": 0}\\n{"exit_code": 0, "left": 0}\\n\') for n in range(1, 300)]',
    "writes-to-the-watchers-report": "[trywrite(os.open(f'/proc/{p}/fd/{n}', os.O_WRONLY), b'{\"exit\": 0}\\n') for p in (1, os.getppid()) for n in (3, 4, 5) if os.access(f'/proc/{p}/fd/{n}', os.W_OK)]",
    "ends-at-once": "os._exit(3)",
    "replaces-itself": "os.execvp('sh', ['sh', '-c', 'exit 3'])",
}
"""Each ends with exit code 3, and no other verdict may come of it."""

CONTROLS = (
    "reads-the-canary", "reads-it-by-a-relative-path", "reads-it-through-a-symlink", "reads-it-from-an-opened-root",
    "reads-it-in-a-child", "reads-it-after-chdir", "lists-the-folder", "reads-the-companys-env-file",
    "reads-the-companys-database", "writes-a-file-outside", "overwrites-the-canary", "removes-the-canary",
    "renames-the-canary", "changes-the-canarys-mode", "changes-the-canarys-time", "makes-a-folder-outside",
    "makes-a-pipe-outside", "makes-a-link-outside", "writes-through-a-symlink", "sees-any-environment",
    "sees-the-decoys-command-line", "sees-other-processes", "has-a-descriptor-of-ours", "connects-over-ipv4",
    "connects-in-a-child", "connects-to-an-abstract-socket", "connects-to-a-socket-file", "turns-a-pair-to-a-socket-file",
    "kills-the-decoy", "limits-the-decoy", "slows-the-decoy", "ptrace-itself", "has-our-environment", "may-gain-privileges",
)  # fmt: skip

QUIET = FILES | WRITES | SIGHTS | NETWORK | SURVIVORS | KERNEL | PRIVILEGE
"""They end by themselves; none may say that it escaped, and nothing outside may have changed."""
LOUD = HANGS | BOMBS
"""They are ended: with the limits that may end them (`none`: a refusal inside may end them first)."""

PRELUDE = """\
import ctypes, json, os, resource, shutil, signal, socket, subprocess, sys, threading, time
LIBC = ctypes.CDLL(None, use_errno=True)
SLEEP = 'import time; time.sleep(60)'
with open(sys.argv[1] if len(sys.argv) > 1 else 'bait.json') as _file: b = json.load(_file)
def call(numbers, *arguments):
    ctypes.set_errno(0)
    done = LIBC.syscall(numbers[os.uname().machine != 'x86_64'], *arguments)
    return done >= 0 or ctypes.get_errno() not in (1, 13, 38)
def tryread(path):
    try:
        with open(path, errors='replace') as file: return file.read()
    except OSError: return ''
def trywrite(number, data):
    try: os.write(number, data)
    except OSError: pass
def is_open(number):
    try: os.fstat(number)
    except OSError: return False
    return True
def detach():
    if os.fork() == 0:
        try: os.setsid()
        except OSError: pass
        if os.fork() == 0:
            os.closerange(0, 100)
            os.execv(sys.executable, [sys.executable, '-c', SLEEP, b['word']])
        os._exit(0)
def move():
    if os.fork() == 0:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if os.fork(): os._exit(0)
        os._exit(0)
escaped = False
_started = os.getpid()
"""
POSTLUDE = """
if escaped and os.getpid() == _started: print('ESCAPED', flush=True)
"""


def program(body: str, ending: str = POSTLUDE) -> bytes:
    """The whole program."""
    return f"{PRELUDE}{body}\n{ending}".encode()


ALL_AT_ONCE = """\
os.mkdir('rooms')
home = os.getcwd()
for number, (name, body) in enumerate(json.load(open('attacks.json')).items()):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.mkdir(f'{home}/rooms/{number}')
        os.chdir(f'{home}/rooms/{number}')
        names = dict(globals())
        try: exec(body, names)
        except BaseException: pass
        os._exit(37 if names['escaped'] else 0)
    end = time.monotonic() + 10
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None and time.monotonic() < end: time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    if os.waitpid(child, 0)[1] == 37 << 8: print('ESCAPED', name)
print('ALL TRIED')
"""
"""Each in a process of its own, in one sandbox: to save the starts. They are in `attacks.json`."""
ALONE = ("signals-everybody", "kills-its-parent")
"""They would end the others too."""
