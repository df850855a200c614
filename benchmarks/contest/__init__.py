"""The contest: our rule for verdicts over seeds, against everybody else's."""
