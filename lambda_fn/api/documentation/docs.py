"""The page to read and try the API: Swagger UI, in one document, so that it opens in a closed network."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

DOCS_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
_PAGE: Final = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>$title</title>
<style>$style</style>
</head>
<body>
<div id="swagger-ui">This page needs JavaScript. Without it, read <a href="openapi.json">openapi.json</a>.</div>
<script>$script</script>
<script>SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true})</script>
</body>
</html>
"""
)


@cache
def docs_page(title: str) -> str:
    """Return the page as HTML. It reads ``openapi.json`` beside its own address."""
    assets = files("fastapi_offline") / "static"
    script = (assets / "swagger-ui-bundle.js").read_text(encoding="utf-8")
    # In HTML these would begin or end an element; in the strings and patterns of a script they mean the same.
    script = script.replace("<!--", r"\x3C!--").replace("</script", r"<\/script")
    style = (assets / "swagger-ui.css").read_text(encoding="utf-8")
    return _PAGE.substitute(title=title, script=script, style=style)
