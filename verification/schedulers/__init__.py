"""The studies of schedulers whose results are kept with the project, and what they say."""
