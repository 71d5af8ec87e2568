"""The ledger as a static site that works from disk: no script, no network, the same bytes for the same results."""
