"""The page at /docs: Swagger UI over /openapi.json, from files that the dashboard's build has put beside it.

Its scripts run on our own origin, so none comes from elsewhere: the policy of all pages holds for it too.
"""

import re

from gateway.bundle import Bundle

START_PATH = "/docs/start.js"
START = b"""window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
});
"""
_SWAGGER_UI = re.compile(r"assets/docs/swagger-ui-[0-9][0-9A-Za-z.-]*\.(js|css)")
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>NEXUS: the API</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
"""
_WITHOUT = """</head>
<body>
<h1>The API</h1>
<p>It is described in <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1), which any tool for that reads.</p>
<p>To read and try it here, run <code>make dashboard</code> in NEXUS's folder, then load this page again. No restart is
needed.</p>
</body>
</html>
"""


def api_page(bundle: Bundle) -> str:
    """Swagger UI where it was built; else how to have it, and where the description is."""
    found = {match[1]: name for name in sorted(bundle.assets) if (match := _SWAGGER_UI.fullmatch(name))}
    if found.keys() != {"js", "css"}:
        return _HEAD + _WITHOUT
    return (
        f'{_HEAD}<link rel="stylesheet" href="/{found["css"]}">\n</head>\n<body>\n<div id="swagger-ui"></div>\n'
        f'<script src="/{found["js"]}"></script>\n<script src="{START_PATH}"></script>\n</body>\n</html>\n'
    )
