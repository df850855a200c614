"""`assets.toml` is read strictly: what has no meaning protects nobody."""

import pytest

from pytest_repro.errors import FutureFormat, PolicyError
from pytest_repro.policy.assets import read_assets
from pytest_repro.records import Access, DeclaredAsset, Mirror

HEAD = 'format = "pytest-repro/assets 1"\n'
DIGEST = f"sha256:{'ab' * 32}"
TREE = f"sha256-tree-v1:{'ab' * 32}"

ENTRY = f"""
[[asset]]
name = "mnist/train.npz"
digest = "{DIGEST}"
size_bytes = 11490434
licence = "CC-BY-SA-3.0"
access = "open"
personal_data = "none"
mirrors = [
    "data/train.npz",
    {{ location = "https://example.org/train.npz", timeout_s = 20 }},
    "s3://bucket/train.npz",
]
note = "as published in 1998"
"""


def entry(old: str, new: str) -> bytes:
    """Write the entry with a part replaced."""
    assert old in ENTRY
    return (HEAD + ENTRY.replace(old, new)).encode()


def test_every_key_is_read() -> None:
    """An entry says which bytes, from where, and who may."""
    (found,) = read_assets((HEAD + ENTRY).encode()).assets

    assert found == DeclaredAsset(
        name="mnist/train.npz",
        digest=DIGEST,  # type: ignore[arg-type]  # text as it stands in the file
        size_bytes=11_490_434,
        licence="CC-BY-SA-3.0",
        access=Access.OPEN,
        personal_data="none",
        mirrors=(
            Mirror(location="data/train.npz"),
            Mirror(location="https://example.org/train.npz", timeout_s=20),
            Mirror(location="s3://bucket/train.npz"),
        ),
        note="as published in 1998",
    )


def test_asset_is_found_by_its_name() -> None:
    """And by no other."""
    catalog = read_assets((HEAD + ENTRY).encode())

    assert catalog.find("mnist/train.npz") is catalog.assets[0]
    assert catalog.find("mnist") is None


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (entry("licence", "license"), "unknown key 'license'; did you mean licence?"),
        (entry("timeout_s", "timeout"), "'timeout'; did you mean timeout_s?"),
        (entry('"open"', '"opne"'), "access 'opne' has no meaning; did you mean open?"),
        (entry("[[asset]]", "[[aset]]"), "[[aset]]; did you mean asset?"),
        (entry(DIGEST, DIGEST[:-1]), "fetch --declare PATH"),
        (entry(DIGEST, DIGEST.upper()), "64 lower-case hexadecimal characters"),
        (entry(DIGEST, f"md5:{'ab' * 16}"), "digest is sha256: or sha256-tree-v1:"),
        (entry("11490434", "-1"), "size_bytes is a whole number from 0 on"),
        (entry("size_bytes = 11490434", ""), "size_bytes is missing"),
        (entry('personal_data = "none"', ""), "personal_data is missing"),
        (entry('licence = "CC-BY-SA-3.0"', ""), "licence is missing"),
        (entry("mnist/train.npz", "../x"), "name is made of letters"),
        (entry("mnist/train.npz", "-rf"), "name is made of letters"),
        (entry('"data/train.npz"', '"/data/x"'), "leads out of the project"),
        (entry('"data/train.npz"', '"a/../../x"'), "leads out of the project"),
        (entry('"data/train.npz"', "7"), "location is a text, got 7"),
        (entry("timeout_s = 20", "timeout_s = 0"), "from 1 to 86400"),
        (entry(DIGEST, TREE), "a folder cannot be listed by https: pack it"),
        ((HEAD + ENTRY + ENTRY).encode(), "'mnist/train.npz' is declared twice"),
        (ENTRY.encode(), "format is missing"),
        (b'format = "assets 1"', "format is 'pytest-repro/assets 1'"),
        (b"\xff", "no TOML"),
    ],
)
def test_what_has_no_meaning_is_refused(data: bytes, told: str) -> None:
    """With its place, and what was meant."""
    with pytest.raises(PolicyError) as caught:
        read_assets(data)

    assert str(caught.value).startswith("assets.toml: ")
    assert told in str(caught.value)


def test_later_format_is_told_as_such() -> None:
    """It is not damage, and not to be mended by hand."""
    with pytest.raises(FutureFormat, match="this is a reader of"):
        read_assets(b'format = "pytest-repro/assets 2"')
