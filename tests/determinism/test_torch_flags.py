"""The flags of torch: set, read back, put back."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.determinism import torch_flags, torch_precision
from pytest_repro.errors import ReproUsageError
from pytest_repro.records import Determinism
from tests.determinism.process import run_python

STRICT = Determinism()
LOOSE = Determinism(
    threads=2,
    deterministic_algorithms=False,
    cudnn_benchmark=True,
    matmul_precision="tf32",
    fill_uninitialized_memory=True,
)

# A value of each flag that is neither torch's default nor what is pinned.
SCRAMBLED: dict[str, Any] = {
    "deterministic_debug_mode": 1,
    "deterministic.fill_uninitialized_memory": True,
    "cudnn.deterministic": False,
    "cudnn.benchmark": True,
    "cudnn.benchmark_limit": None,
    "cudnn.enabled": False,
    "mkldnn.deterministic": False,
    "mkldnn.enabled": False,
    "cuda.matmul.allow_fp16_reduced_precision_reduction": False,
    "cuda.matmul.allow_fp16_reduced_precision_reduction_split_k": False,
    "cuda.matmul.allow_bf16_reduced_precision_reduction": True,
    "cuda.matmul.allow_bf16_reduced_precision_reduction_split_k": True,
    "cuda.matmul.allow_fp16_accumulation": True,
    "cuda.allow_fp16_bf16_reduction_math_sdp": True,
    "cuda.flash_sdp": False,
    "cuda.mem_efficient_sdp": False,
    "cuda.math_sdp": False,
    "cuda.cudnn_sdp": False,
    "cuda.preferred_blas_library": None,  # a CPU build refuses every other library
    "cuda.preferred_linalg_library": None,  # likewise
    "mha.fastpath": False,
    "opt_einsum.enabled": False,
    "flush_denormal": True,
    "default_dtype": torch.float64,
    "grad_enabled": False,
    "threads": 2,
}
WRITABLE = [flag for flag in torch_flags.FLAGS if flag.write is not None]
WANTED = [flag for flag in torch_flags.FLAGS if flag.wanted is not None]
PRECISIONS = st.sampled_from(["none", "ieee", "tf32"])


@pytest.fixture(autouse=True)
def _flags() -> Iterator[None]:
    """Leave the flags of this process as they were."""
    put_back = torch_flags.keep()
    before = torch_flags.read_flags()
    yield
    put_back()
    assert torch_flags.read_flags() == before


def scramble() -> None:
    """Set every flag to something else."""
    for flag in WRITABLE:
        if SCRAMBLED[flag.name] is not None:
            assert flag.write is not None
            flag.write(SCRAMBLED[flag.name])


def plain(flag: torch_flags.Flag) -> object:
    """Read one flag as a record would hold it."""
    return torch_flags.read_flags()[flag.name]


def ids(flag: torch_flags.Flag) -> str:
    """Name a case by its flag."""
    return flag.name


def test_every_writable_flag_is_scrambled_here() -> None:
    """A new row needs a value in this file, or nobody would test it."""
    assert [flag.name for flag in WRITABLE] == list(SCRAMBLED)


@pytest.mark.parametrize("determinism", [STRICT, LOOSE], ids=["strict", "loose"])
@pytest.mark.parametrize("flag", WANTED, ids=ids)
def test_wanted_flag_is_set(flag: torch_flags.Flag, determinism: Determinism) -> None:
    """Every pinned flag has the wanted value, whatever it had before."""
    scramble()
    assert flag.wanted is not None

    torch_flags.apply(determinism)

    assert flag.read() == flag.wanted(determinism)


@pytest.mark.parametrize(
    ("name", "strict", "loose"),
    [
        ("deterministic_debug_mode", 2, 0),
        ("cudnn.deterministic", True, False),
        ("cudnn.benchmark", False, True),
        ("mkldnn.deterministic", True, False),
        ("deterministic.fill_uninitialized_memory", False, True),
        ("threads", 1, 2),
        ("float32_matmul_precision", "highest", "high"),
        ("fp32_precision.generic.all", "ieee", "tf32"),
        ("fp32_precision.cuda.matmul", "ieee", "tf32"),
        ("fp32_precision.cuda.conv", "ieee", "tf32"),
        ("fp32_precision.cuda.rnn", "ieee", "tf32"),
        ("fp32_precision.mkldnn.matmul", "ieee", "tf32"),
        ("flush_denormal", False, False),
        ("cuda.matmul.allow_fp16_reduced_precision_reduction", False, False),
        ("cuda.matmul.allow_bf16_reduced_precision_reduction", False, False),
        ("cuda.matmul.allow_fp16_accumulation", False, False),
        ("cuda.allow_fp16_bf16_reduction_math_sdp", False, False),
    ],
)
def test_switch_reaches_its_flag(name: str, strict: object, loose: object) -> None:
    """Each field of `Determinism` turns its flags on and off."""
    torch_flags.apply(STRICT)
    first = torch_flags.read_flags()[name]

    torch_flags.apply(LOOSE)

    assert (first, torch_flags.read_flags()[name]) == (strict, loose)


@pytest.mark.parametrize("flag", WRITABLE, ids=ids)
def test_flag_is_put_back_exactly(flag: torch_flags.Flag) -> None:
    """A flag that somebody had set has that value again afterwards."""
    scramble()
    before = flag.read()
    put_back = torch_flags.keep()
    torch_flags.apply(STRICT)

    put_back()

    assert flag.read() == before
    assert SCRAMBLED[flag.name] in {before, None}


def test_forbidden_operation_raises_only_when_strict() -> None:
    """The switch for deterministic algorithms has its effect on a real operation."""
    index, source = torch.tensor([0, 0]), torch.tensor([1.0, 2.0])

    torch_flags.apply(STRICT)
    with pytest.raises(RuntimeError, match="does not have a deterministic"):
        torch.zeros(2).put_(index, source)

    torch_flags.apply(LOOSE)
    torch.zeros(2).put_(index, source)


def test_fresh_memory_is_filled_only_on_request() -> None:
    """The switch for fresh memory has its effect on a real tensor."""
    torch_flags.apply(Determinism(fill_uninitialized_memory=True))

    filled = torch.empty(1000)

    torch_flags.apply(Determinism(fill_uninitialized_memory=False))
    assert filled.isnan().all()
    assert not torch.empty(1000).isnan().all()


def test_denormals_survive() -> None:
    """Flushing, which some extensions switch on, is switched off again."""
    torch.set_flush_denormal(True)

    torch_flags.apply(STRICT)

    assert (torch.tensor([1e-310], dtype=torch.float64) * 1.0).item() == 1e-310


@pytest.mark.parametrize("determinism", [STRICT, LOOSE], ids=["strict", "loose"])
def test_old_interface_agrees_with_the_new(determinism: Determinism) -> None:
    """Reading the old TF32 flags does not raise: the compiler reads them."""
    is_tf32 = determinism.matmul_precision == "tf32"

    torch_flags.apply(determinism)

    assert torch.backends.cuda.matmul.allow_tf32 is is_tf32
    assert torch.backends.cudnn.allow_tf32 is is_tf32
    with torch.backends.cudnn.flags(enabled=False):
        assert not torch.backends.cudnn.enabled


def test_new_interface_alone_would_break_the_old() -> None:
    """The reason for setting both: with the new one alone, reading the old raises."""
    put_back = torch_precision.keep()
    torch_precision.apply("tf32")

    torch.backends.fp32_precision = "ieee"  # type: ignore[attr-defined]  # not in the stubs

    with pytest.raises(RuntimeError, match="mix of the legacy and new APIs"):
        _ = torch.backends.cuda.matmul.allow_tf32
    assert torch_flags.read_flags()["fp32_precision.cuda.matmul"] == "ieee"
    put_back()


def test_contradiction_is_recorded_as_unknown() -> None:
    """Settings that deny each other have no common value, and reading them is safe."""
    put_back = torch_precision.keep()
    torch_precision.apply("ieee")
    torch_precision._set(("cuda", "matmul"), "tf32")

    found = torch_flags.read_flags()

    put_back()
    assert found["float32_matmul_precision"] is None
    assert found["fp32_precision.cuda.matmul"] == "tf32"


def test_unknown_precision_is_refused() -> None:
    """A word that only some backends know pins nothing."""
    with pytest.raises(ReproUsageError, match="'ieee' or 'tf32', got 'bf16'"):
        torch_flags.apply(Determinism(matmul_precision="bf16"))


@given(
    st.sampled_from(["highest", "high", "medium"]),
    st.booleans(),
    st.lists(PRECISIONS, min_size=9, max_size=9),
)
def test_any_precision_is_put_back_exactly(
    matmul: str,
    allow: bool,  # noqa: FBT001  # drawn by Hypothesis
    own: list[str],
) -> None:
    """Even settings that contradict each other return as they were, uninherited."""
    outer = torch_precision.keep()
    torch.set_float32_matmul_precision(matmul)
    torch.backends.cudnn.allow_tf32 = allow
    for key, value in zip(torch_precision._KEYS, own, strict=True):
        torch_precision._set(key, value)
    before = torch_precision._peel()
    put_back = torch_precision.keep()

    torch_precision.apply("ieee")
    put_back()

    assert torch_precision._peel() == before
    assert before.matmul == matmul
    assert before.cudnn_allow_tf32 is allow
    assert list(before.own.values()) == own
    outer()


def test_compiler_waits_and_is_not_loaded() -> None:
    """Pinning does not import the compiler; importing the compiler pins it."""
    code = """
import json, sys
from pytest_repro.determinism import pinned
from pytest_repro.records import Determinism
with pinned(Determinism(), 0, is_worker=True) as state:
    import torch
    early = "torch._inductor.config" in sys.modules
    interop = torch.get_num_interop_threads()
    import torch._inductor.config as config
    inside = config.deterministic, state.facts()["torch.compiler_deterministic"]
from pytest_repro.determinism.torch_flags import pin_interop_threads
print(json.dumps([early, *inside, config.deterministic, interop,
                  pin_interop_threads(1), pin_interop_threads(2)]))
"""
    assert run_python(code) == [False, True, True, False, 1, True, False]


def test_flags_are_plain_values() -> None:
    """A record can hold every flag."""
    found = torch_flags.read_flags()

    assert all(isinstance(value, bool | int | str | None) for value in found.values())
    assert list(found) == sorted(found)
    assert {flag.name for flag in torch_flags.FLAGS} <= set(found)


@pytest.mark.parametrize("name", ["moon", "interop_threads", "cuda.tunable"])
def test_flag_that_nobody_can_set_is_refused(name: str) -> None:
    """A run under the wrong flag must not pass for one under the right one."""
    with pytest.raises(ReproUsageError, match=f"flag {name} of torch cannot be set"):
        torch_flags.write_flag(name, "3")
