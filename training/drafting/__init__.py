"""Draft a shop file from a table that nobody here has seen: guesses, each with its reason, and what is unsure."""
