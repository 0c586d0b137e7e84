"""YAML with line numbers, every scalar as the text in the file: ``FALSE``, ``01`` and ``no`` stay what they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from training.errors import ShopRefused

Location = tuple[str | int, ...]
_DEEPEST: Final = 50


@dataclass(frozen=True)
class YamlDocument:
    """A parsed document.

    ``data``: dicts, lists and texts.
    ``lines``: the line (from 1) of each value, by its location; of a mapping's value, the line of its key.
    """

    source: str
    data: Any
    lines: dict[Location, int] = field(default_factory=dict)

    def line_of(self, location: Location) -> int:
        """Return the line of a location, or of the nearest place around it that the file has."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def line_of_text(self, text: str, below: Location = ()) -> int | None:
        """Return the first line on which ``text`` stands as a value or a key; None where it does not."""
        found = [line for location, line in self.lines.items() if location[: len(below)] == below and text in location]
        found += [self.lines[location] for location, value in _scalars(self.data) if value == text]
        return min(found, default=None)


def parse_yaml(text: str, source: str) -> YamlDocument:
    """Parse one document; raise ShopRefused where it is no YAML, or names a key twice."""
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ShopRefused(f"{source}{line}: this is no YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise ShopRefused(f"{source}: this is no YAML: {error}") from error
    document = YamlDocument(source, None)
    if root is None:
        raise ShopRefused(f"{source} is empty")
    data = _build(root, (), document)
    return YamlDocument(source, data, document.lines)


def _build(node: yaml.Node, location: Location, document: YamlDocument) -> Any:
    if len(location) > _DEEPEST:
        raise ShopRefused(f"{document.source}, line {node.start_mark.line + 1}: nested too deeply")
    document.lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, location, document)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*location, i), document) for i, item in enumerate(node.value)]
    return node.value


def _build_mapping(node: yaml.MappingNode, location: Location, document: YamlDocument) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise ShopRefused(f"{document.source}, line {line}: a key must be a plain text")
        if key.value in built:
            first = document.lines[(*location, key.value)]
            raise ShopRefused(
                f"{document.source}, line {line}: {key.value!r} stands twice; line {first} has it already"
            )
        document.lines[(*location, key.value)] = line
        built[key.value] = _build(value, (*location, key.value), document)
    return built


def _scalars(data: Any, location: Location = ()) -> list[tuple[Location, str]]:
    if isinstance(data, dict):
        return [found for key, value in data.items() for found in _scalars(value, (*location, key))]
    if isinstance(data, list):
        return [found for i, value in enumerate(data) for found in _scalars(value, (*location, i))]
    return [(location, data)]
