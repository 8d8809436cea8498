"""The OpenAPI page, made here: usual viewers load scripts from a CDN, which banks' networks do not reach.

Plain HTML without scripts, so that it needs no Content-Security-Policy exception: every path with what it
takes, what it answers, and an example for curl. The machine-readable document is `/openapi.json`.
"""

from __future__ import annotations

from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8882} body{font:16px/1.5
system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem} code,pre{font:14px/1.45
ui-monospace,monospace}pre{background:var(--soft);padding:.6rem;overflow:auto;border-radius:4px}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.4rem
.8rem}summary{cursor:pointer}
.verb{display:inline-block;min-width:4rem;font-weight:700}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
""".strip()


def page(document: dict[str, Any]) -> str:
    """Return the HTML page of an OpenAPI document."""
    info = document["info"]
    areas: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            area = (operation.get("tags") or ["service"])[0]
            areas.setdefault(area, []).append(_operation(path, verb.upper(), operation, document))
    sections = "".join(f"<h2>{escape(area)}</h2>{''.join(parts)}" for area, parts in areas.items())
    schemas = "".join(_schema(name, schema) for name, schema in document["components"]["schemas"].items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        '<p>For programs: <a href="openapi.json">openapi.json</a></p>'
        f"{sections}<h2>Schemas</h2>{schemas}</body></html>"
    )


def _operation(path: str, verb: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}"
        f"{' (needed)' if one.get('required') else ''}</td><td>{_type(one.get('schema', {}))}</td></tr>"
        for one in operation.get("parameters", [])
    )
    table = f"<table><tr><th>parameter</th><th>in</th><th>type</th></tr>{rows}</table>" if rows else ""
    takes = "".join(
        f"<p>Takes <code>{escape(media)}</code>: {_type(content.get('schema', {}))}</p>"
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    answers = "".join(
        f"<li><code>{escape(status)}</code> {escape(answer.get('description', ''))} "
        + ", ".join(_type(content.get("schema", {})) for content in answer.get("content", {}).values())
        + "</li>"
        for status, answer in operation.get("responses", {}).items()
    )
    data = " --json '{…}'" if operation.get("requestBody") else ""
    curl = f"curl -X {verb} -H 'Authorization: Bearer TOKEN'{data} http://127.0.0.1:8321{path}"
    if not operation.get("security") and "security" not in document:
        curl = curl.replace(" -H 'Authorization: Bearer TOKEN'", "")
    return (
        f'<details><summary><span class="verb">{verb}</span> <code>{escape(path)}</code> '
        f"{escape(operation.get('summary', ''))}</summary><p>{escape(operation.get('description', ''))}</p>"
        f"{table}{takes}<p>Answers</p><ul>{answers}</ul><pre>{escape(curl)}</pre></details>"
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = set(schema.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(member)}</code>{' (needed)' if member in needed else ''}</td>"
        f"<td>{_type(one)}</td><td>{escape(one.get('description', ''))}</td></tr>"
        for member, one in schema.get("properties", {}).items()
    )
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{escape(schema.get('description', ''))}</p><table>{rows}</table></details>"
    )


def _type(schema: dict[str, Any]) -> str:
    """Return what a schema takes, in a few words, linking to named ones."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f'<a href="#{escape(name)}">{escape(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("type", schema.get("const", "anything"))))
