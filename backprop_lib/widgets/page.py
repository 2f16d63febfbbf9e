"""An explorer as a page of its own: the view, the recording and nothing from outside."""

import base64
import html
import json
from importlib import resources
from pathlib import Path

__all__ = ["write"]

STATIC = resources.files("backprop_lib.widgets") / "static"

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
"""The browser itself refuses whatever such a page would fetch."""


def write(widget, path):
    """Write a widget's page, and return the file as a Path; `path` and errors as for `Explorer.to_html`."""
    path = _file(path)
    path.write_text(_page(widget), encoding="utf-8")
    return path


def _file(path):
    if not isinstance(path, (str, Path)) or not str(path).strip():
        raise TypeError(f"path is {path!r} ({type(path).__name__}), the name of a file was expected: 'explorer.html'.")
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; a file was expected, such as {path / 'explorer.html'}.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path} cannot be written: there is no folder {path.parent}. Make it first.")
    return path


def _page(widget):
    state = {name: _plain(getattr(widget, name)) for name in widget.paged}
    state["_where"]["playing"] = False
    module = widget._esm.replace("export default ", "const explorer = ")
    host = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("bytes.js", "page.js"))
    title = html.escape(widget.title)
    # JSON inside a script element: no "</script>" may stand in it.
    data = json.dumps(state, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; padding: 12px; background: #ffffff; }}
main {{ max-width: 1500px; margin: 0 auto; }}
@media (prefers-color-scheme: dark) {{
  body {{
    background: #111111;
    --jp-ui-font-color1: #f2f2f2; --jp-ui-font-color2: #c0c0c0;
    --jp-layout-color0: #111111; --jp-layout-color1: #1e1e1e; --jp-border-color1: #616161;
  }}
}}
{widget._css}
</style>
</head>
<body>
<main>
<h1 hidden>{title}</h1>
<div id="explorer"><noscript>{html.escape(widget._sentence())}</noscript></div>
</main>
<script type="application/json" id="state">{data}</script>
<script type="module">
{module}
{host}
</script>
</body>
</html>
"""


def _plain(value):
    """Return a value as JSON can hold it; bytes become {"bytes": base64}."""
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value
