"""The contest on real training: every rule judges the same recorded runs."""
