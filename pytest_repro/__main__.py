"""`python -m pytest_repro` is `pytest-repro`, for where scripts are not on the path."""

from pytest_repro.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
