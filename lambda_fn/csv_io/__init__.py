"""CSV text in, cells and faults out. Knows neither shoppers nor models."""
