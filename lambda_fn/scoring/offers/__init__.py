"""Which offer a shopper gets: by margin, within a budget, by chance where a test runs; and its record."""
