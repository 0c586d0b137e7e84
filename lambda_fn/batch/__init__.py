"""A dropped CSV is planned, scored in chunks and finalized, or its failure is noted. One module per task."""
