"""The page for business users: the same API and bucket as everybody else's, in a browser."""
