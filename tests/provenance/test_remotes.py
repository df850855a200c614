"""Addresses of remotes are kept without anything secret or private."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.provenance.git import without_userinfo

WORDS = st.text("abcdefghij0123456789", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("configured", "kept"),
    [
        ("https://example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://bob:s3cret@example.org/a.git", "https://example.org/a.git"),
        ("https://t0ken@example.org/a.git", "https://example.org/a.git"),
        ("https://bob:p@ss@example.org/a.git", "https://example.org/a.git"),
        ("https://example.org/a.git?token=s3cret#x", "https://example.org/a.git"),
        ("https://bob:s3/cr3t@example.org/a.git", "https://…"),
        ("https://bob:s3#cr3t@example.org/a.git", "https://…"),
        ("https://example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("https://[::1]:8443/a.git", "https://[::1]:8443/a.git"),
        ("ssh://git:p@example.org:22/a.git", "ssh://example.org:22/a.git"),
        ("git@example.org:o/r.git", "example.org:o/r.git"),
        ("example.org:o/r.git", "example.org:o/r.git"),
        ("file:///home/alice/r.git", "local"),
        ("/home/alice/r.git", "local"),
        ("../alice/r.git", "local"),
        ("C:\\Users\\alice\\r", "local"),
        ("C:/Users/alice/r", "local"),
        ("ext::sh -c 'curl s3cret'", "local"),
        ("", "local"),
    ],
)
def test_address_keeps_its_place_only(configured: str, kept: str) -> None:
    """Every form of address loses its user, password, query and local path."""
    assert without_userinfo(configured) == kept


@given(WORDS, WORDS, st.sampled_from(["https", "http", "ssh", "git"]))
def test_no_login_survives(user: str, password: str, scheme: str) -> None:
    """Whatever stands before the host is gone."""
    login = f"u{user}X:p{password}Y"

    found = without_userinfo(f"{scheme}://{login}@example.org/a.git")

    assert found == f"{scheme}://example.org/a.git"
