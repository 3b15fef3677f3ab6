"""The joint law of parameters and examples: reference runs, and the best size for a budget."""
