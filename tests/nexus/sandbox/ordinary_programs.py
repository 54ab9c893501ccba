"""Ordinary programs: what a model writes when it is asked for Python. Each must print `ok` in the sandbox."""

PROGRAMS = {
    "asyncio": """
import asyncio
async def work(n):
    await asyncio.sleep(0.01)
    return n * n
async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(n)) for n in range(5)]
    process = await asyncio.create_subprocess_exec("echo", "child", stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert out == b"child\\n" and sum(t.result() for t in tasks) == 30
asyncio.run(main())
""",
    "sqlite3": """
import sqlite3
with sqlite3.connect("notes.db") as db:
    db.execute("create table notes (id integer primary key, text)")
    db.executemany("insert into notes (text) values (?)", [("a",), ("b",)])
assert sqlite3.connect("notes.db").execute("select count(*) from notes").fetchone() == (2,)
""",
    "multiprocessing": """
import multiprocessing
def square(n): return n * n
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        assert pool.map(square, range(5)) == [0, 1, 4, 9, 16]
    queue, lock = multiprocessing.Queue(), multiprocessing.Lock()
    process = multiprocessing.Process(target=lambda: queue.put("done"))
    process.start()
    assert queue.get(timeout=5) == "done"
    process.join()
""",
    "multiprocessing-spawn": """
import multiprocessing
def work(connection): connection.send(7)
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there,))
    process.start()
    assert here.recv() == 7
    process.join()
""",
    "process-pool": """
from concurrent.futures import ProcessPoolExecutor
if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        assert list(pool.map(abs, [-1, -2])) == [1, 2]
""",
    "tempfile": """
import tempfile, os
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile("w+", dir=folder) as file:
    file.write("x"); file.flush()
    assert os.path.getsize(file.name) == 1
with tempfile.TemporaryFile() as file: file.write(b"y")
""",
    "unittest": """
import unittest, sys
class Cases(unittest.TestCase):
    def test_sum(self): self.assertEqual(sum([1, 2]), 3)
    def test_error(self):
        with self.assertRaises(ZeroDivisionError): 1 / 0
result = unittest.main(exit=False, argv=["x"], verbosity=0).result
assert result.testsRun == 2 and result.wasSuccessful()
""",
    "threads": """
import threading, queue
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    assert sum(pool.map(lambda n: n, range(100))) == 4950
q = queue.Queue()
for t in [threading.Thread(target=q.put, args=(n,)) for n in range(10)]: t.start()
assert sorted(q.get() for _ in range(10)) == list(range(10))
""",
    "subprocess": """
import subprocess, sys
turn = [sys.executable, "-c", "print(input()[::-1])"]
done = subprocess.run(turn, input="abc", capture_output=True, text=True, check=True)
assert done.stdout == "cba\\n"
assert subprocess.check_output(["sh", "-c", "ls /usr | head -1; echo $HOME"], text=True)
""",
    "zoneinfo": """
from datetime import datetime
from zoneinfo import ZoneInfo
moment = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
assert moment.astimezone(ZoneInfo("Asia/Shanghai")).hour == 18
""",
    "csv": """
import csv, io
with open("a.csv", "w", newline="") as file: csv.writer(file).writerows([["a", "b"], ["1", "x, y"]])
with open("a.csv", newline="") as file: assert list(csv.DictReader(file)) == [{"a": "1", "b": "x, y"}]
""",
    "decimal": """
from decimal import Decimal, getcontext
from fractions import Fraction
getcontext().prec = 50
assert str(Decimal(2).sqrt()).startswith("1.41421356237309504880") and Fraction(1, 3) * 3 == 1
""",
    "dataclasses": """
from dataclasses import dataclass, field, asdict
from enum import Enum
from typing import Protocol
class Kind(Enum): A = 1
@dataclass(order=True)
class Item:
    price: float
    kind: Kind = Kind.A
    tags: list[str] = field(default_factory=list)
assert asdict(Item(1.5))["tags"] == [] and Item(1) < Item(2)
""",
    "pathlib": """
from pathlib import Path
folder = Path("a/b"); folder.mkdir(parents=True)
(folder / "c.txt").write_text("x")
(folder / "c.txt").rename(folder / "d.txt")
assert [p.name for p in Path(".").rglob("*.txt")] == ["d.txt"]
(folder / "d.txt").unlink(); assert Path.cwd().exists()
""",
    "json": """
import json, re, collections, itertools, functools, math, statistics, heapq, bisect, string, textwrap, pprint
assert json.loads(json.dumps({"a": [1, None, "\\u4e16"]}))["a"][1] is None
assert collections.Counter("aab").most_common(1) == [("a", 2)] and statistics.mean([1, 3]) == 2
""",
    "unicode": """
import locale, unicodedata, sys
assert unicodedata.normalize("NFKC", "\\uff21") == "A" and sys.getfilesystemencoding() == "utf-8"
open("\\u4e16\\u754c.txt", "w").write("\\u00e9\\U0001f600")
assert open("\\u4e16\\u754c.txt").read() == "\\u00e9\\U0001f600"
print("\\u4e16\\u754c", file=sys.stderr)
""",
    "random": """
import random, secrets, hashlib, hmac, uuid, os
random.seed(1); assert random.random() == 0.13436424411240122
assert len(secrets.token_hex(8)) == 16 and uuid.uuid4() != uuid.uuid4() and len(os.urandom(4)) == 4
assert hashlib.sha256(b"").hexdigest().startswith("e3b0c442")
""",
    "files": """
import shutil, zipfile, tarfile, gzip, pickle, glob, os
os.makedirs("x"); open("x/a", "w").write("1" * 1000)
with zipfile.ZipFile("x.zip", "w") as archive: archive.write("x/a")
with tarfile.open("x.tar.gz", "w:gz") as archive: archive.add("x")
shutil.copytree("x", "y"); shutil.rmtree("x"); shutil.copy2("y/a", "z")
assert glob.glob("*.zip") == ["x.zip"] and pickle.loads(pickle.dumps({1: 2})) == {1: 2}
""",
    "time": """
import time, datetime, calendar, signal
began = time.perf_counter(); time.sleep(0.01); assert time.perf_counter() > began
signal.signal(signal.SIGALRM, lambda *_: None); signal.setitimer(signal.ITIMER_REAL, 0.01); signal.pause()
assert datetime.datetime.now().year >= 2025 and calendar.isleap(2028)
""",
    "input": """
import sys
assert sys.stdin.read() == ""
import argparse, logging, getpass
logging.basicConfig(level=logging.INFO); logging.info("said")
assert argparse.ArgumentParser().parse_args([]) is not None
""",
}
