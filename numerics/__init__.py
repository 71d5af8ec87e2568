"""What is run: problems and simulations that know nothing of claims."""
