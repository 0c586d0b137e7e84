"""A route that calls its endpoint with the request: any body, any answer, and documented like others."""

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.testclient import TestClient

from lambda_fn.api.direct_route import DirectRoute


def app() -> FastAPI:
    router = APIRouter(route_class=DirectRoute)

    @router.post("/echo", summary="Say it again")
    async def echo(request: Request) -> Response:
        """Answer with the body."""
        return Response(await request.body(), 201, media_type="text/plain")

    built = FastAPI()
    built.router.routes.extend(router.routes)
    return built


def test_the_endpoint_gets_the_request_as_it_came() -> None:
    answer = TestClient(app()).post("/echo", content=b"{not json", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.content) == (201, b"{not json")


def test_another_method_is_refused() -> None:
    assert TestClient(app()).get("/echo").status_code == 405


def test_the_route_is_in_the_document() -> None:
    assert app().openapi()["paths"]["/echo"]["post"]["summary"] == "Say it again"
