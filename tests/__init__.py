"""Tests, in folders named as the folders of the package; see README.md here."""
