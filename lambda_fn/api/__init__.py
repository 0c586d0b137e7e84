"""The HTTPS entry point: a FastAPI application behind API Gateway and Mangum, or behind any ASGI server."""
