"""Runs on language models: results that are kept with the project, and what they say of the paper's claims."""
