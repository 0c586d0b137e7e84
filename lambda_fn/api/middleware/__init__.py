"""What wraps the application: its base path, HEAD requests, the log of requests."""
