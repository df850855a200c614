"""What a project declares for containers is read strictly."""

import pytest

from pytest_repro.errors import PolicyError
from pytest_repro.launchers.docker_options import (
    OPTIONS,
    Bind,
    is_fixed,
    read_options,
)

IMAGE = "sha256:" + "a" * 64


def test_everything_is_closed_by_default() -> None:
    """No network, no variable, no mount, no moving tag."""
    read = read_options({"image": IMAGE})

    assert (read.network, read.variables, read.mounts) == ("none", (), ())
    assert not read.allow_tag


@pytest.mark.parametrize(
    ("text", "bind"),
    [
        ("/a", Bind(source="/a", target="/a")),
        ("/a:/b", Bind(source="/a", target="/b")),
        ("/a:rw", Bind(source="/a", target="/a", is_writable=True)),
        ("/a:/b:ro", Bind(source="/a", target="/b")),
        ("/a:/b:rw", Bind(source="/a", target="/b", is_writable=True)),
    ],
)
def test_mounts_are_read_only_unless_it_is_declared(text: str, bind: Bind) -> None:
    """A source, a target where it differs, and whether it may be written to."""
    assert read_options({"image": IMAGE, "mounts": [text]}).mounts == (bind,)


def test_sizes_are_binary() -> None:
    """As the engine's own command reads them."""
    read = read_options({"image": IMAGE, "memory": "2g", "shm": "512m"})

    assert (read.memory_bytes, read.shm_bytes) == (2 * 1024**3, 512 * 1024**2)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "no image"),
        ({"image": IMAGE, "memroy": "2g"}, "did you mean memory"),
        ({"image": IMAGE, "sing": 1}, "known: image, allow_tag"),
        ({"image": 3}, "image is a text, got 3"),
        ({"image": IMAGE, "allow_tag": "yes"}, "allow_tag is true or false"),
        ({"image": IMAGE, "mounts": "/a"}, "mounts is a list of texts"),
        ({"image": IMAGE, "mounts": ["a"]}, "/SOURCE"),
        ({"image": IMAGE, "mounts": ["/a:/b:/c:rw"]}, "/SOURCE"),
        ({"image": IMAGE, "memory": 2}, "memory is a size"),
        ({"image": IMAGE, "memory": "2 GB"}, "memory is a size"),
        ({"image": IMAGE, "cpus": 0}, "cpus is a number above 0"),
        ({"image": IMAGE, "pids": True}, "pids is a whole number from 1 on"),
        ({"image": IMAGE, "gpus": "none"}, "gpus is a whole number from 1 on"),
    ],
)
def test_what_has_no_meaning_is_refused(options: dict[str, object], text: str) -> None:
    """A limit that is misspelt and ignored would be none."""
    with pytest.raises(PolicyError, match=text):
        read_options(options)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (IMAGE, True),
        (f"python@{IMAGE}", True),
        ("python", False),
        ("python:3.11", False),
        ("python@sha256:abc", False),
    ],
)
def test_only_digests_and_ids_name_one_image(image: str, *, expected: bool) -> None:
    """A tag may name another image tomorrow."""
    assert is_fixed(image) is expected


def test_every_option_is_read() -> None:
    """The table of the documentation names what can be set, and a wrong type tells."""
    for name, _, _ in OPTIONS:
        with pytest.raises(PolicyError, match=name):
            read_options({"image": IMAGE, name: {}})
