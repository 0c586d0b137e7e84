"""Tables of shoppers as CSV: rows in, columns and verdicts, scored lines and rejected rows out. Knows no S3."""
