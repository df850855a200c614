"""The experiments that this project ships: small, real, and gated by their own bits."""
