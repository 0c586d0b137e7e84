"""Bodies of requests -> columns to score, or outcomes to keep; or what is wrong with them."""
