"""The house rules that need the syntax tree; each lists what breaks it in a folder.

Ruff, mypy and import-linter check what they can; these are the rest. A rule answers
with lines a person can act on, and an empty list when nothing breaks it. The rules know
nothing about this package beyond its style guide, so they can run on a planted fault.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 50
POSITIONS = 5
SCRIPT_LINES = 25

VAGUE_NAMES = frozenset({"utils", "util", "helpers", "common", "misc", "base_classes"})
UNSAFE_MODULES = frozenset({"pickle", "marshal", "shelve", "dill", "cloudpickle"})
UNSAFE_CALLS = frozenset(
    {"eval", "exec", "compile", "os.system", "os.popen", "torch.load", "yaml.load"}
)
MARKS = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|NotImplemented[E]rror)\b")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_modules(folder: Path) -> list[str]:
    """Modules of more than 400 lines."""
    sizes = {path: len(path.read_text().splitlines()) for path in _files(folder)}
    return [f"{path} {size}" for path, size in sizes.items() if size > MODULE_LINES]


def long_functions(folder: Path) -> list[str]:
    """Functions of more than 50 lines, not counting the docstring."""
    return [
        f"{path}:{function.lineno} {function.name} {_size(function)}"
        for path, function in _functions(folder)
        if _size(function) > FUNCTION_LINES
    ]


def wide_functions(folder: Path) -> list[str]:
    """Functions that take more than 5 arguments by position."""
    return [
        f"{path}:{function.lineno} {function.name}"
        for path, function in _functions(folder)
        if _width(function) > POSITIONS
    ]


def vague_names(folder: Path) -> list[str]:
    """Files and folders whose name says nothing about what is inside."""
    return [str(path) for path in _files(folder) if VAGUE_NAMES & _words(path, folder)]


def deep_folders(folder: Path) -> list[str]:
    """Modules below the second folder."""
    limit = 2
    return [
        str(path)
        for path in _files(folder)
        if len(path.relative_to(folder).parts) > limit
    ]


def busy_front_doors(folder: Path) -> list[str]:
    """Subfolders whose `__init__.py` holds more than a docstring and re-exports."""
    return [
        f"{path}:{node.lineno}"
        for path in _files(folder)
        if path.name == "__init__.py" and path.parent != folder
        for node in ast.parse(path.read_text()).body
        if not _is_reexport(node)
    ]


def unsafe_imports(folder: Path) -> list[str]:
    """Imports of modules whose readers run what a file tells them to."""
    return [
        f"{path}:{line} {name}"
        for path, line, name in imports(folder)
        if name.split(".")[0] in UNSAFE_MODULES
    ]


def unsafe_calls(folder: Path) -> list[str]:
    """Calls that run text as code, or through a shell."""
    return [
        f"{path}:{node.lineno} {ast.unparse(node.func)}"
        for path, node in _calls(folder)
        if ast.unparse(node.func) in UNSAFE_CALLS or _uses_shell(node)
        if not _reads_weights_only(node)
    ]


def unfinished_marks(folder: Path) -> list[str]:
    """Lines that say that something is not done."""
    return [
        f"{path}:{number}"
        for path in _files(folder)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MARKS.search(line)
    ]


def long_scripts(folder: Path) -> list[str]:
    """Shell scripts of more than 25 lines."""
    sizes = {path: len(path.read_text().splitlines()) for path in folder.glob("*.sh")}
    return [f"{path} {n}" for path, n in sorted(sizes.items()) if n > SCRIPT_LINES]


def imports(folder: Path) -> Iterator[tuple[Path, int, str]]:
    """Every import that runs: the file, the line, and the full name imported."""
    for path in _files(folder):
        for node in _running(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path, node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                for alias in node.names:
                    yield path, node.lineno, f"{module}.{alias.name}"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree without what only type checkers see."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not (
            isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        ):
            yield from _running(child)


def _words(path: Path, folder: Path) -> set[str]:
    return set(path.relative_to(folder).with_suffix("").parts)


def _functions(folder: Path) -> Iterator[tuple[Path, Function]]:
    for path in _files(folder):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield path, node


def _calls(folder: Path) -> Iterator[tuple[Path, ast.Call]]:
    for path in _files(folder):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield path, node


def _size(function: Function) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return lines - docstring if has_docstring else lines


def _width(function: Function) -> int:
    given = function.args
    names = [arg.arg for arg in (*given.posonlyargs, *given.args)]
    return len([name for name in names if name not in {"self", "cls"}])


def _is_reexport(node: ast.stmt) -> bool:
    match node:
        case (
            ast.Expr(value=ast.Constant(value=str())) | ast.Import() | ast.ImportFrom()
        ):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "pytest_plugins")]):
            return True
        case _:
            return False


def _reads_weights_only(call: ast.Call) -> bool:
    return ast.unparse(call.func) == "torch.load" and any(
        keyword.arg == "weights_only" and ast.unparse(keyword.value) == "True"
        for keyword in call.keywords
    )


def _uses_shell(call: ast.Call) -> bool:
    return any(
        keyword.arg == "shell"
        and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
        for keyword in call.keywords
    )
