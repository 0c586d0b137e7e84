"""Score a file on this machine with the batch's own tasks, its buckets being folders."""
