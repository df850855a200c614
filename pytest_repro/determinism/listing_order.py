"""Whether the order of a listing can matter where it is used, judged by the syntax.

From the call outwards: sorted, counted, put into a set or asked for a member, the
order is lost again; walked over, indexed or handed to a function, it matters. A name
is followed to where it is used, a returned value to the caller.
"""

import ast
from types import FrameType
from typing import Final

from pytest_repro.determinism.attribution import Project
from pytest_repro.determinism.written import Written, read_frame

__all__ = ["order_matters"]

_FORGETS: Final = frozenset(
    {"Counter", "all", "any", "bool", "frozenset", "len", "max", "min", "set"}
)
_PASSES: Final = frozenset(
    {"Path", "chain", "enumerate", "filter", "iter", "list", "map", "reversed", "tuple"}
)
_COLLECTS: Final = frozenset({"append", "extend", "insert", "appendleft"})
_SETS: Final = frozenset({"add", "difference", "intersection", "union", "update"})
_REMOVES: Final = frozenset({"remove", "rmdir", "rmtree", "unlink"})
_DEEPEST: Final = 8

_CARRIES: Final = (
    ast.BinOp,
    ast.BoolOp,
    ast.IfExp,
    ast.List,
    ast.Starred,
    ast.Tuple,
    ast.keyword,
)
"""What holds a value in its order."""

_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Module


def order_matters(frame: FrameType, project: Project) -> bool:
    """Tell whether the order of what a frame is listing can matter.

    Args:
        frame: A frame that has called something which lists a folder.
        project: Knows which callers are the project's own.

    Returns:
        Whether it can; what cannot be read is given the benefit of the doubt.
    """
    written = read_frame(frame)
    if written is None:
        return False
    return _Judge(written, frame, project).matters(written.node, _DEEPEST)


class _Judge:
    """Follows one listing through one file."""

    def __init__(self, written: Written, frame: FrameType, project: Project) -> None:
        self._parents = written.parents
        self._frame = frame
        self._project = project

    def matters(self, node: ast.AST, depth: int) -> bool:
        """Judge a value by what it stands in."""
        parent = self._parents.get(node)
        if parent is None or depth == 0:
            return True
        if isinstance(node, ast.SetComp) or _is_question(parent):
            return False
        if isinstance(parent, ast.Call):
            return self._in_call(node, parent, depth)
        if isinstance(parent, ast.For) and parent.iter is node:
            return self._in_loop(parent, depth)
        if isinstance(parent, ast.Return):
            return self._after_return()
        return self._in_value(node, parent, depth)

    def _in_value(self, node: ast.AST, parent: ast.AST, depth: int) -> bool:
        if name := _bound_name(parent):
            is_told = isinstance(parent, ast.NamedExpr) and self.matters(parent, depth)
            return is_told or self._named(name, node, depth)
        match parent:
            case ast.comprehension(iter=source) if source is node:
                return self.matters(self._parents[parent], depth)
            case ast.Assign(targets=[ast.Tuple(elts=[one]) | ast.List(elts=[one])]):
                return isinstance(one, ast.Starred)  # else there is one, or an error
            case ast.Assign(targets=[ast.Attribute(attr=name)]):
                return not self._is_sorted_attribute(name)
            case _:
                return not isinstance(parent, _CARRIES) or self.matters(parent, depth)

    def _in_call(self, node: ast.AST, call: ast.Call, depth: int) -> bool:
        if call.func is node:
            return True
        name = _name_of(call.func)
        if "sort" in name or name in _FORGETS or name in _SETS:
            return False
        if name == "sum":
            return not (isinstance(node, ast.GeneratorExp) and _is_constant(node.elt))
        receiver = getattr(call.func, "value", None)
        if name in _COLLECTS and isinstance(receiver, ast.Name):
            return self._named(receiver.id, node, depth)
        return name not in _PASSES or self.matters(call, depth)

    def _in_loop(self, loop: ast.For, depth: int) -> bool:
        """Judge a loop by what it collects; one that collects nothing has an order.

        Unless it does nothing but remove: what is gone then is the same.
        """
        if all(map(_is_removal, loop.body)):
            return False
        calls = [one for part in loop.body for one in ast.walk(part)]
        names = {
            one.func.value.id
            for one in calls
            if isinstance(one, ast.Call)
            and isinstance(one.func, ast.Attribute)
            and one.func.attr in _COLLECTS
            and isinstance(one.func.value, ast.Name)
        }
        return not names or any(self._named(name, loop, depth) for name in names)

    def _named(self, name: str, node: ast.AST, depth: int) -> bool:
        """Judge a name by all its uses in its function."""
        scope = self._scope(node)
        uses = [
            one
            for one in ast.walk(scope)
            if isinstance(one, ast.Name)
            and one.id == name
            and isinstance(one.ctx, ast.Load)
        ]
        if any(self._is_sorted_here(use) for use in uses):
            return False
        return any(
            self.matters(use, depth - 1) for use in uses if not self._is_collecting(use)
        )

    def _is_sorted_here(self, use: ast.AST) -> bool:
        parent = self._parents.get(use)
        return isinstance(parent, ast.Attribute) and parent.attr == "sort"

    def _is_collecting(self, use: ast.AST) -> bool:
        parent = self._parents.get(use)
        return isinstance(parent, ast.Attribute) and parent.attr in _COLLECTS | _SETS

    def _is_sorted_attribute(self, name: str) -> bool:
        """Tell whether an attribute of this name is sorted anywhere in the file."""
        return any(
            isinstance(parent, ast.Attribute) and parent.attr == "sort"
            for node, parent in self._parents.items()
            if isinstance(node, ast.Attribute) and node.attr == name
        )

    def _scope(self, node: ast.AST) -> ast.AST:
        while not isinstance(node, _Scope):
            node = self._parents[node]
        return node

    def _after_return(self) -> bool:
        """Judge a returned value by what the caller does with it."""
        caller = self._frame.f_back
        if caller is None or not self._project.owns(caller.f_code.co_filename):
            return True
        return order_matters(caller, self._project)


def _is_question(parent: ast.AST) -> bool:
    """Tell whether something asks a listing no more than whether, or drops it."""
    if isinstance(parent, ast.Compare):
        return all(isinstance(one, ast.In | ast.NotIn) for one in parent.ops)
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    return isinstance(parent, ast.Assert | ast.Expr | ast.If | ast.Set | ast.While)


def _is_removal(statement: ast.stmt) -> bool:
    """Tell whether a statement removes something, at most on a condition."""
    match statement:
        case ast.If(body=body, orelse=orelse):
            return all(map(_is_removal, (*body, *orelse)))
        case ast.Expr(value=ast.Call(func=function)):
            return _name_of(function) in _REMOVES
        case _:
            return False


def _bound_name(parent: ast.AST) -> str:
    """Return the name that a value gets; nothing if it gets none."""
    match parent:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.AugAssign(target=ast.Name(id=name)):
            return name
        case ast.NamedExpr(target=ast.Name(id=name)):
            return name
        case ast.withitem(optional_vars=ast.Name(id=name)):
            return name
        case _:
            return ""


def _name_of(function: ast.AST) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def _is_constant(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)
