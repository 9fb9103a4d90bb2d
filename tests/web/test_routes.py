"""What each address answers."""

import json

import pytest

from checker.reload import Reloaded
from checker.web.guard import HEADERS
from tests.metrics.sample import trouble
from tests.web.site import BEARER, TOKEN, Daemon, site

READ = ["/", "/api/v1/status", "/metrics", "/-/healthy", "/-/ready"]


@pytest.mark.parametrize("path", READ)
async def test_what_can_be_read_is_read_without_a_token(path):
    async with site(Daemon(token=None)) as s:
        status, text = await s.get(path)
    assert status == 200
    assert text


@pytest.mark.parametrize("path", READ)
async def test_head_answers_as_get_does_but_without_the_text(path):
    async with site() as s, s.client.head(path) as head, s.client.get(path) as get:
        assert (head.status, await head.read()) == (200, b"")
        assert head.headers["Content-Type"] == get.headers["Content-Type"]


async def test_metrics_come_in_the_form_that_the_reader_prefers():
    wish = {"Accept": "application/openmetrics-text;version=1.0.0"}
    async with site() as s, s.client.get("/metrics", headers=wish) as response:
        assert response.headers["Content-Type"].startswith(
            "application/openmetrics-text; version=1"
        )
        assert (await response.text()).endswith("# EOF\n")


async def test_metrics_come_as_text_if_the_reader_says_nothing():
    async with site() as s, s.client.get("/metrics") as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert 'probe_success{check="app",target="us"} 1.0' in await response.text()


async def test_healthy_says_so():
    async with site() as s:
        assert await s.get("/-/healthy") == (200, "Healthy.\n")


async def test_ready_lists_what_is_missing_and_may_go_back():
    daemon = Daemon()
    async with site(daemon) as s:
        assert await s.get("/-/ready") == (200, "Ready.\n")
        daemon.missing = ["the store", "a first look at us/app"]
        missing = "Not ready. Missing:\n- the store\n- a first look at us/app\n"
        assert await s.get("/-/ready") == (503, missing)
        assert (await s.get("/-/healthy"))[0] == 200


async def test_an_unknown_address_is_not_found_in_plain_text():
    async with site() as s, s.client.get("/<script>") as response:
        assert response.status == 404
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert await response.text() == "Not found.\n"


async def test_what_can_only_be_read_refuses_to_be_posted_to():
    async with site() as s, s.client.post("/metrics") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET,HEAD"
        assert await response.text() == "Method not allowed.\n"


# ── reload ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_the_token_reloads_the_config(method):
    daemon = Daemon()
    async with site(daemon) as s:
        answer = await s.ask(method, "/-/reload", headers=BEARER)
    assert answer == (200, "config reloaded\n")
    assert daemon.reloads == 1


async def test_a_broken_config_is_answered_with_its_errors():
    daemon = Daemon(result=Reloaded(False, "checks.yaml:3:5: unknown key 'evry'"))
    async with site(daemon) as s:
        answer = await s.ask("POST", "/-/reload", headers=BEARER)
    assert answer == (500, "checks.yaml:3:5: unknown key 'evry'\n")


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PATCH", "OPTIONS"])
async def test_only_post_and_put_reload(method):
    daemon = Daemon()
    expected = "" if method == "HEAD" else "This endpoint requires a POST request.\n"
    ask = {"method": method, "url": "/-/reload", "headers": BEARER}
    async with site(daemon) as s, s.client.request(**ask) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST, PUT"
        assert await response.text() == expected
    assert daemon.reloads == 0


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer ünïcode",
    ],
)
async def test_a_wrong_token_does_nothing(header):
    daemon = Daemon()
    headers = {} if header is None else {"Authorization": header}
    async with site(daemon) as s, s.client.post("/-/reload", headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert await response.text() == "The token is missing or wrong.\n"
    assert daemon.reloads == 0


async def test_a_token_in_the_address_does_nothing():
    daemon = Daemon()
    async with site(daemon) as s:
        assert (await s.ask("POST", f"/-/reload?token={TOKEN}"))[0] == 401
    assert daemon.reloads == 0


@pytest.mark.parametrize("token", [None, ""])
@pytest.mark.parametrize("headers", [{}, BEARER, {"Authorization": "Bearer "}])
async def test_without_a_configured_token_nobody_may_and_the_answer_says_what_to_do(token, headers):
    daemon = Daemon(token=token)
    async with site(daemon) as s:
        status, text = await s.ask("POST", "/-/reload", headers=headers)
    assert status == 403
    assert "web.token" in text
    assert "SIGHUP" in text
    assert daemon.reloads == 0


# ── on everything ─────────────────────────────────────────────────────────────────────────────

EVERYTHING = [
    *(("GET", path, 200) for path in READ),
    ("GET", "/nothing", 404),
    ("POST", "/", 405),
    ("GET", "/-/reload", 405),
    ("POST", "/-/reload", 401),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERYTHING)
async def test_every_answer_has_the_safe_headers(method, path, status):
    async with site() as s, s.client.request(method, path) as response:
        assert response.status == status
        for name, value in HEADERS.items():
            if (path, name) != ("/", "Content-Security-Policy") or status != 200:
                assert response.headers[name] == value
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none';")


@pytest.mark.parametrize(("method", "path", "status"), EVERYTHING)
async def test_no_answer_holds_the_token(method, path, status):
    async with site(Daemon(view=trouble())) as s, s.client.request(method, path) as response:
        assert TOKEN not in str(response.headers) + await response.text()


async def test_a_bug_is_one_plain_line_that_gives_nothing_away():
    def broken():
        raise RuntimeError("inside " + TOKEN)

    async with site(ready=broken) as s, s.client.get("/-/ready") as response:
        assert response.status == 500
        assert await response.text() == "Something broke here. The log says what.\n"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_bug_in_one_view_leaves_the_next_request_alone():
    daemon = Daemon()
    answers = iter([None, daemon.view])

    def view():
        now = next(answers)
        if now is None:
            raise RuntimeError("not yet")
        return now

    async with site(daemon, view=view) as s:
        assert (await s.get("/"))[0] == 500
        assert (await s.get("/"))[0] == 200


# ── the API ───────────────────────────────────────────────────────────────────────────────────


async def test_the_api_says_the_same_as_the_page():
    async with site(Daemon(view=trouble())) as s:
        _, text = await s.get("/api/v1/status")
    status = json.loads(text)
    app = next(check for check in status["checks"] if check["name"] == "us/app")
    assert status["headline"] == "Open incident: us-42 (critical)."
    assert (app["now"], app["reason"], app["scores"]) == ("down", "timeout", {"l1": 60, "l2": 50})
    assert status["incidents"][0]["id"] == "us-42"
    assert status["incidents"][0]["since"] == "2023-11-14T22:08:20Z"
    assert status["blind"] == {"l3": "2023-11-14T22:03:20Z"}
    assert status["off"] == [{"what": "responder slack", "why": "SLACK_BOT_TOKEN is not set"}]
    assert status["outbox"] == [{"responder": "pagerduty", "effects": 2, "oldest_s": 41.5}]
