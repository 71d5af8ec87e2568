"""The ledger as LaTeX: statements, proofs written from the checked proof data, counterexamples, tables, figures."""
