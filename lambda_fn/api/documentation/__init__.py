"""What describes the API of the model in service: the OpenAPI document, its examples, the page that shows it."""
