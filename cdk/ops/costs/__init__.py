"""What the environments cost a month: `make costs` writes it into docs/costs.md, where a test compares it."""
