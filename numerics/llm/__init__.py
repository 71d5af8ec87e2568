"""GreedyLR on language models: the F-sweep and the schedules, on transformers, peft and accelerate."""
