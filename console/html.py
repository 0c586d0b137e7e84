"""HTML on the page. Gradio's own HTML component compiles templates with ``eval``, which the page forbids."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr


def html(value: str = "", elem_id: str | None = None, visible: bool = True) -> gr.Markdown:
    """Return a component that shows HTML, which ``console.markup`` has made. Gradio cleans it once more."""
    return gr.Markdown(
        value, elem_id=elem_id, latex_delimiters=[], container=False, elem_classes="made", visible=visible
    )


def shown(value: str) -> gr.Markdown:
    """Return what makes a component show HTML."""
    return gr.Markdown(value, visible=True)


def hidden() -> gr.Markdown:
    """Return what empties a component and takes its place away."""
    return gr.Markdown("", visible=False)


def when_opened(page: gr.Blocks, lay_out: Callable[[], None]) -> None:
    """Lay a part of the page out anew whenever somebody opens it, because the champion may be another one."""
    gr.render(triggers=[page.load])(lay_out)
