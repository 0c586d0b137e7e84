"""A dropped CSV of any size is planned, scored in chunks and finalized, or its failure is told: one module a task."""
