"""The page: its tabs, its style, and the web application around them."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when gradio is imported
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import gradio as gr
from fastapi import FastAPI

from console import downloads
from console.backend import Backend
from console.client import ApiClient
from console.closed import Closed
from console.html import html
from console.settings import ConsoleSettings
from console.store import Store
from console.tabs import customer, dashboard, drivers, experiment, files, simulator

TITLE: Final = "Cart abandonment"
MAX_UPLOAD_BYTES: Final = files.MAX_UPLOAD_BYTES
LOOKED_FOR_UPLOADS_SECONDS: Final = 300
UPLOADS_KEPT_SECONDS: Final = 3_000  # with the look-out every five minutes: gone within the hour
CONCURRENT: Final = 2
MOST_WAITING: Final = 16
_STYLE: Final = Path(__file__).parent / "page.css"
_HEAD: Final = f"<script>{(Path(__file__).parent / 'page.js').read_text(encoding='utf-8')}</script>"
_FONTS: Final = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Open Sans", "sans-serif")  # fetched from nowhere
_MONO: Final = ("ui-monospace", "SFMono-Regular", "Menlo", "monospace")
TABS: Final = {
    "Customer": customer.build,
    "Files": files.build,
    "Drivers": drivers.build,
    "Simulator": simulator.build,
    "Experiment": experiment.build,
    "Dashboard": dashboard.build,
}


def application(settings: ConsoleSettings) -> Closed:
    """Return the whole page as an ASGI application that keeps to itself."""
    backend = Backend(settings, ApiClient(settings), Store(settings))
    uploads = tempfile.mkdtemp(prefix="console-")  # of its own: Gradio serves what lies in there
    os.environ["GRADIO_TEMP_DIR"] = uploads

    @asynccontextmanager
    async def without_uploads_at_the_end(_: FastAPI) -> AsyncIterator[None]:
        yield
        shutil.rmtree(uploads, ignore_errors=True)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=without_uploads_at_the_end)
    app.include_router(downloads.router(backend))
    gr.mount_gradio_app(
        app,
        page(backend),
        path="",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=MAX_UPLOAD_BYTES,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Default(primary_hue="cyan", neutral_hue="slate", font=_FONTS, font_mono=_MONO),
        css=_STYLE.read_text(encoding="utf-8"),
        head=_HEAD,
    )
    return Closed(app, settings)


def page(backend: Backend) -> gr.Blocks:
    """Lay the tabs out."""
    blocks = gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(LOOKED_FOR_UPLOADS_SECONDS, UPLOADS_KEPT_SECONDS)
    )
    with blocks:
        html(
            f"<h1>{TITLE}</h1><p>Who leaves without buying, and which offer pays for itself. "
            f"Environment: {backend.settings.environment}.</p>",
            elem_id="top",
        )
        for name, build in TABS.items():
            with gr.Tab(name) as tab:
                build(backend, blocks, tab)
    blocks.queue(default_concurrency_limit=CONCURRENT, max_size=MOST_WAITING, api_open=False)
    return blocks
