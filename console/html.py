"""HTML on the page. Gradio's own HTML component compiles templates with ``eval``, which the page forbids."""

from __future__ import annotations

import gradio as gr


def html(value: str = "", elem_id: str | None = None) -> gr.Markdown:
    """Return a component that shows HTML, which ``console.markup`` has made. Gradio cleans it once more."""
    return gr.Markdown(value, elem_id=elem_id, latex_delimiters=[], container=False, elem_classes="made")
