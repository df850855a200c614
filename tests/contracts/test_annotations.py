"""Shapes are read from annotations and strings, and sizes are solved jointly."""

import pytest
from jaxtyping import Bool, Float, Int
from torch import Tensor

from pytest_repro.contracts.annotations import arguments_of, parse, result_of
from pytest_repro.contracts.shapes import shape_of, solve
from pytest_repro.errors import ContractError


def annotated(
    x: Float[Tensor, "*lead 3 h//2"], ids: Int[Tensor, " h"]
) -> tuple[Float[Tensor, "h 2*d"], Int[Tensor, "..."]]:
    """A signature to read."""
    raise AssertionError(x, ids)


def test_annotations_of_jaxtyping_are_read() -> None:
    """Kinds, dimensions and tuples of results come out as they were written."""
    x, ids = arguments_of(annotated, {})
    results = result_of(annotated, "")

    assert (x.kind, [d.text for d in x.dimensions]) == ("float", ["lead", "3", "h//2"])
    assert (ids.kind, ids.axis("h")) == ("int", 0)
    assert results is not None
    assert [d.text for d in results[0].dimensions] == ["h", "2*d"]
    assert results[1].dimensions[0].is_variadic


def masked(
    x: Float[Tensor, "batch time"], mask: Bool[Tensor, "batch time"] | None = None
) -> None:
    """A signature of which a part may be left out."""
    raise AssertionError(x, mask)


def test_what_may_be_left_out_is_given_all_the_same() -> None:
    """An optional mask has a shape, too."""
    _, mask = arguments_of(masked, {})

    assert (mask.kind, mask.axis("time")) == ("bool", 1)


def test_a_declared_shape_comes_before_an_annotation() -> None:
    """A contract may say more than a signature."""
    (ids, *_) = (
        s for s in arguments_of(annotated, {"ids": "Int 7"}) if s.name == "ids"
    )

    assert [d.text for d in ids.dimensions] == ["7"]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        pytest.param("Float batch 3", (2, 3), id="named and fixed"),
        pytest.param("Float batch 2*h h-1", (2, 8, 3), id="arithmetic"),
        pytest.param("Float *lead h//2", (5, 7, 2), id="variadic"),
        pytest.param("Float rows=4", (4,), id="documented"),
        pytest.param("Float", (), id="scalar"),
    ],
)
def test_a_shape_follows_from_sizes(text: str, shape: tuple[int, ...]) -> None:
    """Names, numbers and expressions become sizes."""
    lead = {"*lead": 2, "*lead.0": 5, "*lead.1": 7}

    found = shape_of(parse("x", text), {"batch": 2, "h": 4, **lead})

    assert found == shape


def test_sizes_are_solved_jointly() -> None:
    """No row of a group makes an expression of any tensor smaller than one."""
    specs = [parse("x", "Float b h"), parse("return", "Float b h//4 w-h")]

    (alone, group) = solve(specs, {})

    assert alone.symbols == ("b",)
    assert group.symbols == ("h", "w")
    assert all(h // 4 >= 1 and w - h >= 1 for h, w in group.rows)
    assert group.rows[0] == (4, 5)


def test_declared_sizes_are_the_only_ones() -> None:
    """A symbol has the sizes that the contract gives it."""
    (group,) = solve([parse("x", "Float h")], {"h": range(8, 11)})

    assert group.rows == ((8,), (9,), (10,))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        pytest.param("Floot 3", "is no kind of tensor", id="kind"),
        pytest.param("Float a**2", "has no meaning", id="operation"),
        pytest.param("Float *a *b", "any number", id="two variadic"),
        pytest.param("", "empty shape", id="empty"),
    ],
)
def test_a_shape_without_meaning_is_refused(text: str, match: str) -> None:
    """The message names the part that cannot be read."""
    with pytest.raises(ContractError, match=match):
        parse("x", text)


def test_impossible_sizes_are_refused() -> None:
    """Sizes that leave nothing of a dimension are an error, not an endless search."""
    with pytest.raises(ContractError, match="at least 1: h//4"):
        solve([parse("x", "Float h//4")], {"h": [1, 2, 3]})


def test_sizes_of_no_symbol_are_refused() -> None:
    """A misspelt symbol is named."""
    with pytest.raises(ContractError, match="no shape has: hh"):
        solve([parse("x", "Float h")], {"hh": [1]})
