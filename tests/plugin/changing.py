"""Synthetic projects whose bits depend on everything, and edits of them.

A project is a set of features: each adds files, and an expression to the experiment
whose value depends on them by another way of reading. Edits know nothing of features:
they change constants, comments and data, add, remove and rename files, and put new ones
where something might look for them.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

Files = dict[str, str]

INI = """\
[pytest]
pythonpath = lib
scale = 3
"""

CONFTEST = """\
import pytest

def pytest_addoption(parser):
    parser.addini("scale", "scale", default="1")

@pytest.fixture
def base():
    return BASE

BASE = 5
"""

HEAD = """\
import ctypes, glob, importlib, importlib.resources, importlib.util, inspect, io
import json, linecache, mmap, os, pathlib, pkgutil, runpy, sys, zipfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent

def optional(name, value=0):
    try:
        return importlib.import_module(name).VALUE
    except (ImportError, AttributeError):
        return value

def statement(text):
    names = {}
    try:
        exec(text, names)
    except ImportError:
        return 0
    return names["VALUE"]

def native(path):
    library = ctypes.CDLL(None)
    number = library.open(os.fsencode(path), 0)
    buffer = ctypes.create_string_buffer(100)
    size = library.read(number, buffer, 100)
    library.close(number)
    return sum(buffer.raw[:max(size, 0)])

def mapped(path):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=1) as view:
        return sum(view[:])

def noted(value):
    return int.from_bytes(repr(value).encode()[-6:], "big")
"""

FEATURES: Mapping[str, tuple[Files, str]] = {
    "import": ({"plain.py": "VALUE = 1\n"}, "statement('from plain import VALUE')"),
    "package": (
        {"pkg/__init__.py": "VALUE = 1\n", "pkg/inner.py": "VALUE = 2\n"},
        "statement('from pkg.inner import VALUE')",
    ),
    "from package": (
        {"two/__init__.py": "", "two/part.py": "VALUE = 3\n"},
        "statement('from two import part; VALUE = part.VALUE')",
    ),
    "relative": (
        {
            "rel/__init__.py": "from .one import VALUE\n",
            "rel/one.py": "from . import deep\nVALUE = deep.VALUE + 1\n",
            "rel/deep.py": "VALUE = 4\n",
        },
        "statement('from rel import VALUE')",
    ),
    "library": ({"lib/shared.py": "VALUE = 6\n"}, "optional('shared')"),
    "namespace": ({"space/item.py": "VALUE = 7\n"}, "optional('space.item')"),
    "dynamic": (
        {"plug/__init__.py": "", "plug/a1.py": "VALUE = 8\n"},
        "optional('plug.a' + str(len('x')))",
    ),
    "optional": ({}, "optional('faster')"),
    "optional statement": ({}, "statement('from quicker import VALUE')"),
    "found": ({}, "int(importlib.util.find_spec('maybe') is not None)"),
    "standard": ({}, "statement('import colorsys; VALUE = len(dir(colorsys))')"),
    "discovered": (
        {"disc/__init__.py": "", "disc/x1.py": "VALUE = 9\n"},
        "noted([m.name for m in pkgutil.iter_modules([str(ROOT / 'disc')])])",
    ),
    "path": ({"script.txt": "VALUE = 2\n"}, "runpy.run_path('script.txt')['VALUE']"),
    "executed": (
        {"code.inc": "VALUE = 3\n"},
        "statement(open('code.inc').read())",
    ),
    "text": ({"data/a.txt": "1 2 3"}, "noted((ROOT / 'data/a.txt').read_text())"),
    "json": ({"conf.json": '{"a": 1}'}, "noted(json.load(open('conf.json')))"),
    "missing": ({}, "noted(open('extra.txt').read() if glob.glob('extra.txt') else 0)"),
    "exists": (
        {},
        "int(os.path.exists('flag')) + 2 * int(pathlib.Path('on').is_file())",
    ),
    "access": ({}, "int(os.access('key', os.R_OK))"),
    "size": ({"big.bin": "12345"}, "os.path.getsize('big.bin')"),
    "glob": (
        {"data/a.csv": "1", "data/b.csv": "2"},
        "noted(sorted(glob.glob('data/*.csv')))",
    ),
    "listdir": ({"rows/a": "1"}, "len(os.listdir('rows'))"),
    "scandir": (
        {"rows/b": "12"},
        "sum(sorted(e.stat().st_size for e in os.scandir('rows')))",
    ),
    "walk": (
        {"deep/one/a": "1", "deep/b": "2"},
        "sum(len(f) + len(d) for _, d, f in os.walk('deep'))",
    ),
    "rglob": ({"deep/c.d": "2"}, "len(list((ROOT / 'deep').rglob('*.d')))"),
    "resource": (
        {"res/__init__.py": "", "res/r.txt": "5"},
        "noted(importlib.resources.files('res').joinpath('r.txt').read_text())",
    ),
    "get_data": (
        {"dat/__init__.py": "", "dat/r.txt": "5"},
        "noted(pkgutil.get_data('dat', 'r.txt'))",
    ),
    "source": (
        {"src0.py": "def f():\n    return 1\n"},
        "noted(inspect.getsource(importlib.import_module('src0').f))",
    ),
    "lines": ({"lines.txt": "1\n2\n"}, "noted(linecache.getlines('lines.txt'))"),
    "native": ({"nat.bin": "123"}, "native('nat.bin')"),
    "mapped": ({"map.bin": "123"}, "mapped('map.bin')"),
    "variable": ({}, "noted(os.environ.get('REPRO_A', ''))"),
    "variable there": ({}, "int('REPRO_B' in os.environ)"),
    "variables": ({}, "len([k for k in os.environ if k.startswith('REPRO_C')])"),
    "fixture": ({}, "base"),
    "ini": ({}, "int(pytestconfig.getini('scale'))"),
    "link": ({"real1.txt": "1", "real2.txt": "2"}, "noted(open('link.txt').read())"),
    "made": ({}, "noted(os.mkdir('fresh'))"),
    "written": ({}, "noted([open('out.txt', 'w').write('1'), open('out.txt').read()])"),
    "kept": ({}, "int(os.path.exists('kept.txt')) + open('kept.txt', 'a').write('x')"),
}
"""Files, and an expression that depends on them; by name."""

ALWAYS: Files = {
    "pytest.ini": INI,
    "conftest.py": CONFTEST,
    "tests/helper.py": "VALUE = 1\n",
    "unused.py": "VALUE = 1\n",
    "notes.md": "1\n",
    "lib/unused.py": "VALUE = 1\n",
}

NAMES = (
    *("plain", "pkg", "two", "rel", "shared", "space", "plug", "faster", "quicker"),
    *("maybe", "colorsys", "disc", "src0", "res", "sitecustomize", "conftest"),
    *("inner", "part", "one", "deep", "item", "a1", "x2"),
)
FOLDERS = ("", "lib/", "tests/", "pkg/", "two/", "rel/", "space/", "plug/", "disc/")
DATA = (
    *("flag", "on", "key", "extra.txt", "data/c.csv", "data/c.txt", "rows/new"),
    *("deep/new", "deep/one/new.d", "pytest.toml", "tox.ini", "setup.cfg"),
    *("out.txt", "kept.txt", "tests/conftest.py", "tests/__init__.py", "__init__.py"),
)
VARIABLES = ("REPRO_A", "REPRO_B", "REPRO_C1", "REPRO_D", "TORCH_X")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a project.

    Attributes:
        kind: What is done.
        name: To which file or variable.
        text: With what.
    """

    kind: str
    name: str
    text: str = ""


@dataclass(slots=True)
class Synthetic:
    """A project on disk that can be edited and put back.

    Attributes:
        root: Where it is.
        features: What it is made of.
        variables: The environment of its workers.
    """

    root: Path
    features: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    _clock: int = 1_000_000_000

    @property
    def files(self) -> Files:
        """Its files, as they were written first."""
        found = dict(ALWAYS)
        for name in self.features:
            found |= FEATURES[name][0]
        values = "".join(
            f"    repro.log({name!r}, float({FEATURES[name][1]}))\n"
            for name in self.features
        )
        test = "def test_walk(repro, base, pytestconfig):\n    import helper\n"
        end = "    repro.log('helper', float(helper.VALUE))\n"
        return {**found, "tests/test_walk.py": f"{HEAD}\n{test}{values}{end}"}

    def restore(self) -> None:
        """Write the project as it was first."""
        self.variables = {}
        for path in sorted(self.root.iterdir()) if self.root.exists() else ():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        for name, text in self.files.items():
            self.write(name, text)
        if "link" in self.features:
            (self.root / "link.txt").symlink_to("real1.txt")

    def write(self, name: str, text: str) -> None:
        """Write a file, later than all others: caches of Python count seconds."""
        path = self.root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        except OSError:
            return  # a file lies where a folder is needed, or the other way round
        self._clock += 10
        os.utime(path, (self._clock, self._clock))

    def apply(self, edit: Edit) -> None:
        """Change something; what is not there cannot be changed."""
        path = self.root / edit.name
        match edit.kind:
            case "new":
                self.write(edit.name, edit.text)
            case "variable":
                self.variables[edit.name] = edit.text
            case "comment" if path.is_file():
                self.write(edit.name, path.read_text() + f"# {edit.text}\n")
            case "constant" if path.is_file():
                self.write(edit.name, _other_digits(path.read_text(), edit.text))
            case "remove" if path.is_file():
                path.unlink()
            case "rename" if path.is_file():
                target = path.with_name(f"{edit.text}{path.suffix}")
                _ = target.is_dir() or path.rename(target)
            case "relink":
                path = self.root / "link.txt"
                path.unlink(missing_ok=True)
                path.symlink_to(edit.text)
            case "touch" if path.exists():
                self._clock += 10
                os.utime(path, (self._clock, self._clock))


def _other_digits(text: str, digit: str) -> str:
    """Change the last digit of a text, and so most values and no size."""
    place = max((text.rfind(one) for one in "0123456789"), default=-1)
    return text if place < 0 else text[:place] + digit + text[place + 1 :]


def edits(features: tuple[str, ...]) -> st.SearchStrategy[Edit]:
    """Draw an edit of a project with such features."""
    own = {name for one in features for name in FEATURES[one][0]}
    anything = st.sampled_from(sorted({*own, *ALWAYS}))
    names = st.sampled_from(sorted(own)) | anything if own else anything
    digits = st.sampled_from("246")
    value = digits.map("VALUE = {}\n".format)
    modules = st.builds(
        "{}{}{}".format,
        st.sampled_from(FOLDERS),
        _near(features, NAMES),
        st.sampled_from((".py", "/__init__.py")),
    )
    return st.one_of(
        st.builds(Edit, st.just("constant"), names, digits),
        st.builds(Edit, st.sampled_from(("comment", "remove", "touch")), names),
        st.builds(Edit, st.just("rename"), names, st.sampled_from(NAMES)),
        st.builds(Edit, st.just("new"), modules, value),
        st.builds(Edit, st.just("new"), _near(features, DATA), digits),
        st.builds(Edit, st.just("variable"), st.sampled_from(VARIABLES), digits),
        st.builds(Edit, st.just("relink"), st.just(""), st.just("real2.txt")),
    )


def _near(features: tuple[str, ...], words: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Draw any word, and half the time one that a feature speaks of."""
    told = "".join(f"{FEATURES[one]}" for one in features)
    near = [word for word in words if word.rpartition("/")[2].partition(".")[0] in told]
    return st.sampled_from(near or words) | st.sampled_from(words)


def batches(features: tuple[str, ...]) -> st.SearchStrategy[list[list[Edit]]]:
    """Draw several changes of one project, each of a few edits."""
    few = st.lists(edits(features), min_size=1, max_size=2)
    return st.lists(few, min_size=4, max_size=8)


def feature_sets(least: int = 3, most: int = 8) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw what a project is made of."""
    names = st.sampled_from(sorted(FEATURES))
    several = st.lists(names, min_size=least, max_size=most, unique=True)
    return several.map(tuple)


def walk_names(root: Path) -> Iterator[str]:
    """List the files of a project, for messages."""
    for path in sorted(root.rglob("*")):
        if "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix()
