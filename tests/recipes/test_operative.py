"""What a run reads of its recipe."""

import copy
import dataclasses
import os
from multiprocessing.reduction import ForkingPickler

from pytest_repro.recipes import digest
from pytest_repro.recipes.operative import Operative
from tests.recipes.parts import Net, small


def test_reading_a_field_leaves_a_mark() -> None:
    """Fields that nobody reads stay unread; so do those of a copy."""
    notes = Operative(small.resolve())

    assert notes.config.arch.build().width == 32
    assert dataclasses.asdict(notes.config.arch)["clip"] is None

    assert "arch.width" not in notes.unread
    assert {"arch.clip", "aug.name", "steps", "aug.nets[0].width"} <= set(notes.unread)


def test_what_is_given_is_the_config_and_equal_to_it() -> None:
    """Of its class, of its hash, and copied as itself."""
    config = small.resolve()
    given = Operative(config).config

    assert isinstance(given.arch, Net.Config)
    assert given == config
    assert (given.arch == config.arch) is (config.arch == given.arch) is True
    assert hash(given.arch) == hash(config.arch)
    assert copy.deepcopy(given.arch) is given.arch
    assert dataclasses.replace(given.arch, width=1) == Net.Config(width=1)


def test_what_is_pickled_counts_as_read() -> None:
    """Nobody sees what another process reads."""
    notes = Operative(small.resolve())

    copied = ForkingPickler.loads(ForkingPickler.dumps(notes.config.arch))

    assert copied == Net.Config(width=32)
    assert type(copied) is Net.Config
    assert not [place for place in notes.unread if place.startswith("arch.")]


def test_what_a_forked_process_reads_counts() -> None:
    """The marks lie in memory that it shares."""
    notes = Operative(small.resolve())

    child = os.fork()
    if not child:
        os._exit(notes.config.arch.width != 32)
    _, status = os.waitpid(child, 0)

    assert status == 0
    assert "arch.width" not in notes.unread


def test_a_digest_of_what_is_given_reads_nothing() -> None:
    """A part that names itself by its config has not used any of its fields."""
    config = small.resolve()
    notes = Operative(config)

    found = digest(notes.config.arch)

    assert found == digest(config.arch)
    assert "arch.clip" in notes.unread
