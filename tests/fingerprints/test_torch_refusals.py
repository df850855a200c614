"""Tensors that have no bits of their own, or more than bits, are refused by name."""

import re

import pytest
import torch
from torch._subclasses import FakeTensorMode

from pytest_repro.errors import FingerprintError
from pytest_repro.fingerprints.torch_tensors import refusal, torch_tensor_digest


def check_refused(tensor: torch.Tensor, reason: str) -> None:
    """Expect a refusal that says this."""
    with pytest.raises(FingerprintError, match=re.escape(reason)):
        torch_tensor_digest(tensor)


def test_meta_tensor_is_refused() -> None:
    """A shape without elements is not state."""
    check_refused(torch.empty(2, device="meta"), "meta device has no bits")


def test_fake_tensor_is_refused() -> None:
    """A fake tensor claims to be on the host, yet holds nothing."""
    with FakeTensorMode():
        fake = torch.empty(2)

    check_refused(fake, "FakeTensor wraps other tensors")


def test_uninitialised_parameter_is_refused() -> None:
    """A lazy layer has no weights before its first batch."""
    layer = torch.nn.LazyLinear(2)

    check_refused(layer.weight, "run one batch first")


@pytest.mark.filterwarnings("ignore:.*quantized tensor creation functions")
def test_quantized_tensor_is_refused() -> None:
    """The integers alone omit scale and zero point."""
    tensor = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)

    check_refused(tensor, "quantized tensor (qint8): pass its int_repr()")


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("layout", [torch.strided, torch.jagged])
def test_nested_tensor_is_refused(layout: torch.layout) -> None:
    """A ragged tensor has parts, and either kind says so."""
    rows = [torch.zeros(1), torch.zeros(2)]
    tensor = torch.nested.nested_tensor(rows, layout=layout)

    check_refused(tensor, "pass")


def test_opaque_tensor_is_refused() -> None:
    """An MKL-DNN tensor hides its layout."""
    check_refused(torch.ones(2, 2).to_mkldnn(), "nested or opaque tensor")


def test_dtype_smaller_than_a_byte_is_refused() -> None:
    """No byte layout is defined for sub-byte integers."""
    tensor = torch.empty(2, dtype=getattr(torch, "uint4"))  # noqa: B009  # not in stubs

    check_refused(tensor, "no fingerprint for dtype uint4")


def test_plain_tensor_is_not_refused() -> None:
    """A tensor that has a fingerprint gives no reason against one."""
    assert refusal(torch.ones(2)) == ""
