"""What is claimed, and the proofs: exact, no floats, no files, no clock."""
