"""Schedulers under perturbation: many small training runs at once, on real data and on test functions."""
