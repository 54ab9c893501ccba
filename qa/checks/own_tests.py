"""Tests that an answer brings with its code: whether it has some, and what runs them. Called by `code_execution`.

They run in the sandbox, in the program's own process, by `unittest` or, for plain `test_…` functions, by a few lines
of our own: pytest is not there, so what tests usually want of it is stood in for. That an author's tests pass says that
the code does what its author meant, and no more.
"""

import re
import sys
from collections.abc import Sequence

_FUTURE = re.compile(r"^from __future__ import .*$", re.MULTILINE)
_DEFINED = re.compile(r"^(?:async )?(?:def |class )?(\w+)(?=\s*[(:=])", re.MULTILINE)
_FROM = re.compile(r"^from (\w+) import (\([^)]{0,500}\)|[^\n(]{1,300})", re.MULTILINE)
_IMPORT = re.compile(r"^import (\w+)(?: as (\w+))?\s*$", re.MULTILINE)
_FUNCTION = re.compile(r"^(?:async )?def test_?\w*\(", re.MULTILINE)
_CASE = re.compile(r"^class \w+\((?:unittest\.)?(?:TestCase|IsolatedAsyncioTestCase)\)\s*:", re.MULTILINE)
_METHOD = re.compile(r"^\s+(?:async )?def test\w*\(self", re.MULTILINE)
_CHECKS = re.compile(r"^\s+(?:assert\b|self\.(?:assert|fail)\w*\(|with (?:pytest|self)\.)", re.MULTILINE)

_PRELUDE = '''\
import importlib.abc as _abc, importlib.machinery as _machinery, sys as _sys, types as _types

class _Own(_abc.MetaPathFinder, _abc.Loader):
    """The answer's own module: its tests import the code beside them by a name of their choice."""
    def find_spec(self, name, path=None, target=None):
        return _machinery.ModuleSpec(name, self) if name in _OWN_NAMES else None
    def create_module(self, spec):
        return _pytest() if spec.name == "pytest" else _types.SimpleNamespace(**_names)
    def exec_module(self, module):
        pass

def _pytest():
    import contextlib, math, re, unittest
    module = _types.ModuleType("pytest")
    @contextlib.contextmanager
    def raises(expected, match=None):
        seen = _types.SimpleNamespace(value=None, type=None)
        try:
            yield seen
        except expected as error:
            seen.value, seen.type = error, type(error)
            if match is not None and not re.search(match, str(error)):
                raise AssertionError(f"{error!s} does not match {match}") from error
        else:
            raise AssertionError(f"{expected} was not raised")
    class approx:
        def __init__(self, value, rel=1e-6, abs=1e-12):
            self.value, self.rel, self.abs = value, rel or 0, abs or 0
        def __eq__(self, other):
            pairs = zip(self.value, other) if isinstance(self.value, (list, tuple)) else [(self.value, other)]
            return all(math.isclose(a, b, rel_tol=self.rel, abs_tol=self.abs) for a, b in pairs)
        __hash__ = None
    class Mark:
        def parametrize(self, names, rows, ids=None):
            names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
            def mark(function):
                cases = [dict(zip(names, row if len(names) > 1 else [row])) for row in rows]
                earlier = getattr(function, "_cases", [{}])
                function._cases = [{**one, **other} for one in earlier for other in cases]
                return function
            return mark
        def __getattr__(self, name):
            return lambda *a, **k: a[0] if len(a) == 1 and callable(a[0]) and not k else lambda function: function
    def fixture(function=None, **options):
        def mark(function):
            function._fixture = True
            return function
        return mark(function) if function is not None else mark
    def fail(reason=""):
        raise AssertionError(reason)
    module.raises, module.approx, module.mark, module.fixture, module.fail = raises, approx, Mark(), fixture, fail
    module.main = lambda *a, **k: 0
    return module

_names = globals()
_OWN_NAMES = {"pytest"}  # and others
_sys.meta_path.insert(0, _Own())
'''

RUN = """\
def _run_own_tests():
    import asyncio, inspect, unittest
    ran, names = 0, dict(globals())
    def call(function, cases):
        nonlocal ran
        for case in cases:
            wanted = [name for name in inspect.signature(function).parameters if name not in case]
            given = {name: names[name]() for name in wanted if getattr(names.get(name), "_fixture", False)}
            for name, value in given.items():
                if inspect.isgenerator(value):
                    given[name] = next(value)
            result = function(**case, **given)
            if inspect.iscoroutine(result):
                asyncio.run(result)
            ran += 1
    suite = unittest.TestSuite()
    for name, value in names.items():
        if inspect.isclass(value) and issubclass(value, unittest.TestCase) and value.__module__ == __name__:
            suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(value))
        elif inspect.isclass(value) and name.startswith("Test") and value.__module__ == __name__:
            for method in dir(value):
                if method.startswith("test"):
                    one = value()
                    getattr(one, "setup_method", lambda *a: None)() if hasattr(one, "setup_method") else None
                    call(getattr(one, method), getattr(getattr(value, method), "_cases", [{}]))
        elif inspect.isfunction(value) and name.startswith("test"):
            call(value, getattr(value, "_cases", [{}]))
    result = unittest.TestResult()
    suite.run(result)
    for case, trace in [*result.errors, *result.failures]:
        raise AssertionError(f"{case.id().split('.')[-1]}: {trace.strip().splitlines()[-1]}")
    if ran + result.testsRun - len(result.skipped) < 1:
        raise AssertionError("no test ran")

_run_own_tests()
"""


def code_with_tests(sources: Sequence[str]) -> str:
    """One program of the blocks, in which tests find the code beside them under the name that they import."""
    own = {"pytest", *_own_modules("\n".join(sources))}
    # `from __future__` stands first in its file, and is no matter here.
    blocks = (_FUTURE.sub("", source) for source in sources)
    return "\n\n".join((_PRELUDE.replace('{"pytest"}  # and others', repr(sorted(own))), *blocks))


def _own_modules(code: str) -> set[str]:
    """The names under which the tests import what stands in the answer itself."""
    here = set(_DEFINED.findall(code))
    taken = {
        module
        for module, names in _FROM.findall(code)
        if here & {name.split(" as ")[0].strip(" ()\n") for name in names.split(",")}
    }
    for module, alias in _IMPORT.findall(code):
        if here & set(re.findall(rf"\b{re.escape(alias or module)}\.(\w+)", code)):
            taken.add(module)
    return taken - sys.stdlib_module_names


def has_tests(sources: Sequence[str]) -> bool:
    """Whether the code brings tests that check something."""
    code = "\n".join(sources)
    has_some = bool(_FUNCTION.search(code) or (_CASE.search(code) and _METHOD.search(code))) or bool(
        re.search(r"^class Test\w*", code, re.MULTILINE) and _METHOD.search(code)
    )
    return has_some and bool(_CHECKS.search(code))
