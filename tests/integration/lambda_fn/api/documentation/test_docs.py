"""The page to read and try the API."""

from html.parser import HTMLParser

from starlette.testclient import TestClient

from tests.integration.lambda_fn.api.support import BASE


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and the addresses that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_page_about_the_api_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get(f"{BASE}/docs")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page()
    page.feed(answer.text)
    assert page.elements.count("script") == 2
    assert page.elements[-2:] == ["script", "script"]  # the first ends where it should, and so does the page
    assert page.addresses == ["data:,", "openapi.json"]
    assert 'SwaggerUIBundle({url: "openapi.json"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
