"""Fingerprints that a run takes carry sketches of the same state."""

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_repro.determinism.noise import rounding_noise
from pytest_repro.experiment import Recorder, Run
from pytest_repro.fingerprints import sketch_of, tree_digest
from pytest_repro.records import Fingerprint

PARTS = ("gradients", "parameters", "buffers", "optimizer", "settings")


def watched(folder: Path, replica: int = 0) -> tuple[Fingerprint, ...]:
    """Train under watch, with the noise of a replica; returns all fingerprints.

    No bias before the normalisation: its gradient is rounding alone, and Adam would
    make whole updates of it.
    """
    recorder = Recorder()
    run = Run(0, recorder, folder=folder, root=folder)
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(20, 20, bias=False), nn.BatchNorm1d(20), nn.Linear(20, 1)
    )
    optimizer = torch.optim.Adam(model.parameters())
    run.watch(model, optimizer, every=1)
    with rounding_noise(0, replica):
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.randn(8, 20)).square().mean().backward()
            optimizer.step()
    run.fingerprint("weights", model)
    recorder.finish()
    return recorder.state


def test_every_watched_part_has_a_sketch(tmp_path: Path) -> None:
    """State and settings of model and optimizer, at each step, as finite numbers."""
    state = watched(tmp_path)

    parts = [one for one in state if not one.is_evidence]
    names = {one.name for one in parts}
    assert names == {"weights", *(f"model/{part}" for part in PARTS)}
    assert {len(one.sketch) for one in parts} == {8}
    assert all(math.isfinite(number) for one in parts for number in one.sketch)


def test_evidence_has_no_sketch(tmp_path: Path) -> None:
    """States of random generators are not numbers that could be close."""
    evidence = [one for one in watched(tmp_path) if one.is_evidence]

    assert evidence
    assert {one.sketch for one in evidence} == {()}


def test_sketch_is_that_of_the_state_that_has_the_digest(tmp_path: Path) -> None:
    """Digest and sketch of a fingerprint speak of one state."""
    recorder = Recorder()
    run = Run(0, recorder, folder=tmp_path, root=tmp_path)
    state = {"w": torch.arange(20.0), "lr": 0.1}

    run.fingerprint("state", state)

    (taken,) = recorder.state
    assert taken.digest == tree_digest(state)
    assert taken.sketch == sketch_of(state)


def test_text_alone_has_no_sketch(tmp_path: Path) -> None:
    """A fingerprint of what holds no numbers has an empty sketch."""
    recorder = Recorder()
    run = Run(0, recorder, folder=tmp_path, root=tmp_path)

    run.fingerprint("name", "digits")

    assert recorder.state[0].sketch == ()


def test_sketches_repeat(tmp_path: Path) -> None:
    """Equal runs have equal sketches, bit for bit."""
    assert watched(tmp_path) == watched(tmp_path)


@pytest.mark.parametrize("replica", [1, 2])
def test_noise_shows_as_a_small_distance(tmp_path: Path, replica: int) -> None:
    """The weights of a replica differ, and the sketches say by how little."""
    plain, noisy = watched(tmp_path)[-1], watched(tmp_path, replica)[-1]

    size = math.hypot(*plain.sketch)
    apart = math.dist(plain.sketch, noisy.sketch)
    assert plain.digest != noisy.digest
    assert 1e-9 * size < apart < 1e-4 * size
