"""The package keeps the house rules, and each rule fails on a planted fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules

ROOT = Path(__file__).parents[2]

Rule = Callable[[Path], list[str]]

# Spelt so that this file keeps the rule that it tests.
UNFINISHED = "to do".upper().replace(" ", "")
STUB = "NotImplemented Error".replace(" ", "")

LONG_BODY = "    pass\n" * 50

FAULTS = [
    pytest.param(rules.long_modules, "a.py", "pass\n" * 401, id="long module"),
    pytest.param(
        rules.long_functions, "a.py", f"def f():\n{LONG_BODY}", id="long function"
    ),
    pytest.param(
        rules.wide_functions, "a.py", "def f(a, b, c, d, e, f): ...", id="wide"
    ),
    pytest.param(rules.vague_names, "utils.py", "", id="vague file"),
    pytest.param(rules.vague_names, "common/a.py", "", id="vague folder"),
    pytest.param(rules.deep_folders, "a/b/c.py", "", id="third folder"),
    pytest.param(
        rules.busy_front_doors, "a/__init__.py", "x = 1\n", id="code in a front door"
    ),
    pytest.param(rules.unsafe_imports, "a.py", "import pickle\n", id="pickle"),
    pytest.param(
        rules.unsafe_imports, "a.py", "from marshal import loads\n", id="marshal"
    ),
    pytest.param(rules.unsafe_calls, "a.py", "eval('1')\n", id="eval"),
    pytest.param(rules.unsafe_calls, "a.py", "exec('1')\n", id="exec"),
    pytest.param(rules.unsafe_calls, "a.py", "run('ls', shell=True)\n", id="shell"),
    pytest.param(rules.unsafe_calls, "a.py", "run('ls', shell=x)\n", id="maybe shell"),
    pytest.param(rules.unsafe_calls, "a.py", "torch.load(f)\n", id="torch.load"),
    pytest.param(rules.unsafe_calls, "a.py", "yaml.load(f)\n", id="yaml.load"),
    pytest.param(rules.unfinished_marks, "a.py", f"# {UNFINISHED}\n", id="to do"),
    pytest.param(rules.unfinished_marks, "a.py", f"raise {STUB}\n", id="stub"),
]

RULES = [
    rules.long_modules,
    rules.long_functions,
    rules.wide_functions,
    rules.vague_names,
    rules.deep_folders,
    rules.busy_front_doors,
    rules.unsafe_imports,
    rules.unsafe_calls,
    rules.unfinished_marks,
]


@pytest.mark.parametrize("rule", RULES)
def test_package_keeps_the_rule(rule: Rule) -> None:
    """No file of the package breaks the rule."""
    found = rule(ROOT / "pytest_repro")

    assert found == []


@pytest.mark.parametrize(("rule", "file", "text"), FAULTS)
def test_planted_fault_breaks_the_rule(
    tmp_path: Path, rule: Rule, file: str, text: str
) -> None:
    """A file with one fault is reported, by its path."""
    target = tmp_path / file
    target.parent.mkdir(exist_ok=True, parents=True)
    target.write_text(text)

    (found,) = rule(tmp_path)

    assert str(target) in found


@pytest.mark.parametrize(
    "rule",
    [
        rules.long_modules,
        rules.vague_names,
        rules.unsafe_imports,
        rules.unfinished_marks,
    ],
)
def test_tests_and_experiments_keep_the_rule(rule: Rule) -> None:
    """What surrounds the package is as tidy in these points."""
    found = [*rule(ROOT / "tests"), *rule(ROOT / "experiments")]

    assert found == []


def test_limits_are_inclusive(tmp_path: Path) -> None:
    """A module of 400 lines and a function of 50 beside its docstring still pass."""
    body = '    """One.\n\n    Two.\n    """\n' + "    pass\n" * 49
    function = f"def f(self, a, b, c, d, e):\n{body}"
    rest = "pass\n" * (rules.MODULE_LINES - function.count("\n"))
    (tmp_path / "a.py").write_text(function + rest)

    found = [*rules.long_modules(tmp_path), *rules.long_functions(tmp_path)]

    assert found == []


def test_scripts_are_short(tmp_path: Path) -> None:
    """Shell scripts have at most 25 lines, and a longer one is found."""
    (tmp_path / "long.sh").write_text("true\n" * 26)

    assert rules.long_scripts(ROOT / "ci") == []
    assert len(rules.long_scripts(tmp_path)) == 1
