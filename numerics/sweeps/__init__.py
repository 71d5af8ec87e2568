"""Parameter sweeps: many independent tasks, computed anywhere, stored once."""
