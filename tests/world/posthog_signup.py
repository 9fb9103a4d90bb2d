"""PostHog's way in for new customers: the page, its script, `/_preflight` and the form."""

from __future__ import annotations

from aiohttp import web

FORMS_A_DAY = 5  # from one address
MISSING = {
    "type": "validation_error",
    "code": "required",
    "detail": "This field is required.",
    "attr": "first_name",
}
CLOSED = {
    "type": "authentication_error",
    "code": "permission_denied",
    "detail": "New organizations cannot be created in this instance.",
    "attr": None,
}
THROTTLED = {
    "type": "throttled_error",
    "code": "throttled",
    "detail": "Request was throttled. Expected available in 17280 seconds.",
    "attr": None,
}
TAG = '<script type="module" src="{base}/static/index-5DL7TLHK.js"></script>'
LOADER = """<script>window.JS_URL = "{base}";</script>
<script>
  window.ESBUILD_LOAD_SCRIPT = async function (file) {{
    await import((window.JS_URL || '') + '/static/' + file)
  }}
  window.ESBUILD_LOAD_SCRIPT("index-5DL7TLHK.js")
</script>"""


class PosthogSignup:
    """Signing up at one PostHog. Everything that can be broken is a plain attribute."""

    def __init__(self, region: str = "US") -> None:
        self.region = region
        self.moved_to: str | None = None  # where /signup redirects to
        self.page_status = 200
        self.names_script_by = TAG  # or LOADER, or nothing
        self.script_base = ""  # where scripts are served from, if not from here
        self.script_status = 200
        self.script_is_html = False  # what a missing file becomes behind a catch-all route
        self.script = b"export const app = 1;\n" * 100_000
        self.preflight_status = 200
        self.can_create_org: bool | None = True
        self.form_status: int | None = None  # what it answers instead of what is right
        self.made: list[object] = []  # accounts; there must never be one of ours
        self.forms: list[bytes] = []
        self.asked: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        """What the app host has of it."""
        return [
            web.get("/signup", self.page),
            web.get("/login", self.login),
            web.get("/static/{file}", self.file),
            web.get("/_preflight", self.preflight),
            web.post("/api/signup/", self.form),
        ]

    async def page(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self.moved_to is not None:
            return web.Response(status=302, headers={"Location": self.moved_to})
        return self._shell(self.page_status)

    async def login(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return self._shell(200)

    async def file(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self.script_is_html:
            return self._shell(200)
        return web.Response(
            status=self.script_status, body=self.script, content_type="text/javascript"
        )

    async def preflight(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        found = {"django": True, "cloud": True, "realm": "cloud", "region": self.region}
        if self.can_create_org is not None:
            found |= {"can_create_org": self.can_create_org}
        return web.json_response(found, status=self.preflight_status)

    async def form(self, request: web.Request) -> web.Response:
        """Validation comes before anything is written; the throttle comes before both."""
        body = await request.read()
        self.forms.append(body)
        if len(self.forms) > FORMS_A_DAY:
            return web.json_response(THROTTLED, status=429)
        if self.form_status == 201:
            self.made.append(body)
            return web.json_response({"id": 1}, status=201)
        if self.form_status is not None:
            return web.Response(status=self.form_status, text="broken on command")
        if not self.can_create_org:
            return web.json_response(CLOSED, status=403)
        return web.json_response(MISSING, status=400)

    def _shell(self, status: int) -> web.Response:
        head = self.names_script_by.format(base=self.script_base)
        page = f"<!DOCTYPE html><html><head><title>PostHog</title>{head}</head><body></body></html>"
        return web.Response(status=status, text=page, content_type="text/html")
