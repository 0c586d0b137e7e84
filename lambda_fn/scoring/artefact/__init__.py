"""What travels with a model: its manifest in each format, and the recipe, policy and dialect in it."""
