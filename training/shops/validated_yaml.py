"""YAML -> a checked model. Every error names the file, the line, the key, and what would be right."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lambda_fn.scoring.errors import ScoringError
from training.errors import ShopRefused
from training.shops.yaml_lines import Location, YamlDocument, parse_yaml

Model = TypeVar("Model", bound=BaseModel)
_QUOTED: Final = re.compile(r"'([^']+)'")
_MOST_SHOWN: Final = 5  # errors at once: the first ones are often the cause of the others
_SHOWN_CHARACTERS: Final = 60


def read_yaml(path: Path, kind: type[Model]) -> Model:
    """Read a YAML file as ``kind``; raise ShopRefused naming each faulty line and what would be right."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ShopRefused(f"{path} is not text in UTF-8; save it in that encoding") from error
    except OSError as error:
        raise ShopRefused(f"{path} cannot be read: {error.strerror}") from error
    return validate_yaml(parse_yaml(text, str(path)), kind)


def validate_yaml(document: YamlDocument, kind: type[Model]) -> Model:
    """Return the document as ``kind``; raise ShopRefused as ``read_yaml`` does."""
    if not isinstance(document.data, dict):
        raise ShopRefused(f"{document.source}: the file must be a mapping with the keys {', '.join(kind.model_fields)}")
    try:
        return kind.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        lines = [_described(document, kind, item) for item in found[:_MOST_SHOWN]]
        more = f"\n(and {len(found) - _MOST_SHOWN} more)" if len(found) > _MOST_SHOWN else ""
        raise ShopRefused("\n".join(lines) + more) from error
    except ScoringError as error:
        raise ShopRefused(f"{_place_of_words(document, str(error))}: {error}") from error


def _described(document: YamlDocument, kind: type[BaseModel], error: ErrorDetails) -> str:
    location = _in_file(document.data, error["loc"])
    place = f"{document.source}, line {document.line_of(location)}"
    key = _shown(location)
    if error["type"] == "missing":
        return f"{place}: {_shown((*location, error['loc'][-1]))} is required"
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key {key}{_suggestion(kind, error)}"
    if error["type"] == "value_error":
        return f"{place}: {key}: {error['ctx']['error']}" if key else f"{place}: {error['ctx']['error']}"
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f"{place}: {_bad_tag(key, error)}"
    value = error.get("input")
    written = f", found {str(value)[:_SHOWN_CHARACTERS]!r}" if isinstance(value, str) else ""
    message = error["msg"][0].lower() + error["msg"][1:]
    return f"{place}: {key}: {message}{written}"


def _bad_tag(key: str, error: ErrorDetails) -> str:
    """Say which kinds a union has: ``kind`` of an input, ``op`` of a feature."""
    context = error["ctx"]
    tag = str(context["discriminator"]).strip("'")
    known = str(context.get("expected_tags", "")).replace("'", "")
    if "tag" not in context:
        return f"{key}.{tag} is required"
    near = difflib.get_close_matches(str(context["tag"]), known.split(", "), n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {known}"
    return f"{key}.{tag}: there is no {context['tag']!r}; {hint}"


def _in_file(data: Any, location: tuple[str | int, ...]) -> Location:
    """Return a location without the parts that pydantic adds, such as the kind of a union's member."""
    kept: list[str | int] = []
    for part in location:
        if not _has(data, part):
            continue
        data = data[part]
        kept.append(part)
    return tuple(kept)


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _shown(location: Location) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _suggestion(kind: type[BaseModel], error: ErrorDetails) -> str:
    """Name the keys that may stand there, the nearest first where one is near."""
    known = _keys_at(kind, error["loc"][:-1])
    if not known:
        return ""
    near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"


def _keys_at(kind: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the model at a location takes; the empty list where that cannot be told."""
    models = [kind]
    for part in location:
        following = []
        for model in models:
            if isinstance(part, str) and part in model.model_fields:
                following += _models_in(model.model_fields[part].annotation)
        # An index, or the tag of a union's member: the tag names the member.
        tagged = [model for model in models if isinstance(part, str) and _tag_of(model) == part]
        models = following or tagged or models
    return list(models[0].model_fields) if models else []


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def _tag_of(model: type[BaseModel]) -> str | None:
    for name in ("kind", "op"):
        if name in model.model_fields:
            return str(model.model_fields[name].default)
    return None


def _place_of_words(document: YamlDocument, message: str) -> str:
    """Return the file and the line of the first quoted word of a message that stands in the file."""
    for word in _QUOTED.findall(message):
        line = document.line_of_text(word)
        if line is not None:
            return f"{document.source}, line {line}"
    return document.source
