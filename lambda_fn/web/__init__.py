"""Parts of the HTTP door: answers, problems, the OpenAPI document, the request log."""
