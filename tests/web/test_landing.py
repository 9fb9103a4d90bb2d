"""The page at `/`."""

import asyncio
import re
import shutil
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from checker.config.settings import Off
from checker.core.held import Vantage
from checker.core.model import Maintenance, Phase, State
from checker.core.rules import Policy
from checker.metrics import LastLook
from checker.metrics.view import Room
from checker.web.landing import landing
from checker.web.status import status_of
from probes.contract import Outcome, Reason, Verdict
from tests.metrics.sample import NOW, incident, show, trouble, watch
from tests.web.site import Clock, Daemon, site

HOSTILE = """<script>document.title='RAN'</script>"'><img src=x onerror="document.title='RAN'">"""
BROWSER = (
    "--headless=new",
    "--no-sandbox",  # it is shown our own page only
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Reader(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def page_of(view) -> str:
    return landing(status_of(view))


def test_the_page_says_what_is_watched_and_how_it_stands():
    text = Reader(page_of(show("us/app", "eu/flags"))).text
    assert "All is well: 2 checks, no open incident." in text
    assert "Location l1, as of 2023-11-14 22:13:20 UTC." in text
    assert re.search(r"app\s+well\s+150 ms, 12 s ago", text)
    assert "Version 0.1.0" in text


def test_an_incident_stands_above_the_checks_with_the_handbooks_sentence():
    text = Reader(page_of(trouble())).text
    assert text.index("us-42") < text.index("What was seen")
    assert "critical, open" in text
    assert "“Posthog Cloud is completely down”" in text
    assert "Failing now: us/app" in text


def test_an_incident_says_what_is_wrong_who_leads_where_and_what_is_next():
    led = incident(lead="ada", status="a fix is on its way")
    rooms = {"us-42": Room("#inc-20231114-us-app-42", "https://slack.test/archives/C1")}
    page = Reader(
        page_of(replace(show("us/app", state=State(incidents={"us-42": led})), rooms=rooms))
    )
    assert "us-42: app down at us · critical, open" in page.text
    assert "Lead: ada · Room: #inc-20231114-us-app-42 · Status: a fix is on its way" in page.text
    assert ("href", "https://slack.test/archives/C1") in page.attributes
    assert "→ When the cause is known and fixed: checker incident close us-42" in page.text


def test_work_that_goes_on_is_shown_and_what_is_to_come_is_not():
    now = Maintenance("us", NOW - 60, NOW + 3600, "tim", "an upgrade")
    later = Maintenance("eu", NOW + 60, NOW + 3600, "tim", "a move")
    text = Reader(page_of(show("us/app", state=State(maintenance=(now, later))))).text
    assert "us is worked on until 2023-11-14 23:13:20 UTC: an upgrade (tim)." in text
    assert "eu is worked on" not in text


def test_an_incident_that_nobody_leads_says_so():
    text = Reader(page_of(trouble())).text
    assert "Lead: nobody yet" in text
    assert "Room:" not in text


def test_a_recovered_incident_asks_for_the_cause():
    over = incident(phase=Phase.RECOVERED, symptoms=(), recovered_at=NOW)
    text = Reader(page_of(show("us/app", state=State(incidents={"us-42": over})))).text
    assert "→ Find the root cause and fix it, then: checker incident close us-42" in text


def test_what_is_wrong_with_the_daemon_itself_stands_at_the_top():
    ailing = replace(
        show(),
        refused="checks.yaml:3:7: unknown key `pth`\n    pth: /",
        lost="the store /x is gone",
    )
    text = Reader(page_of(ailing)).text
    refused = "The config on disk is refused, and what ran before goes on: checks.yaml:3:7: unknown key `pth`."
    assert text.index(refused) < text.index("What was seen")
    assert "`checker config check` says all of it." in text
    assert "The store /x is gone." in text
    assert "pth: /" not in text


def test_what_fails_is_not_red_while_we_are_blind():
    state = trouble().state
    vantages = dict.fromkeys(("l1", "l2", "l3"), Vantage(blind_since=NOW - 60))
    page = page_of(show("us/app", state=replace(state, vantages=vantages, incidents={})))
    assert '<td class="care">down</td>' in page
    assert "from before we were blind; nobody can tell now" in page


def test_what_fails_is_red_while_one_location_sees_it():
    assert '<td class="bad">down</td>' in page_of(trouble())


def test_what_fails_is_said_with_its_reason_and_the_evidence():
    text = Reader(page_of(trouble())).text
    assert "timeout: no answer within 10 s · l1 6 of 6 failed since 22:10:20" in text
    assert "l3 is blind since 2023-11-14 22:03:20 UTC" in text
    assert "only at l2" in text
    assert "pagerduty: 2, the oldest for 42 s" in text
    assert "responder slack: SLACK_BOT_TOKEN is not set" in text


def hostile():
    """Every piece of text that comes from elsewhere is an attack."""
    name = f"us/{HOSTILE}"
    shouted = incident(id=HOSTILE, target=HOSTILE, sentence=HOSTILE, seen=(HOSTILE,))
    state = State(
        incidents={HOSTILE: replace(shouted, lead=HOSTILE, status=HOSTILE)},
        local={name: HOSTILE},
    )
    look = LastLook(NOW, 0.1, Outcome(Verdict.FAILED, Reason.BODY, HOSTILE))
    watched = replace(watch(name), target=HOSTILE, surface=HOSTILE, runbook="javascript:alert(3)")
    view = show(state=state, looks={name: look}, off=[Off(HOSTILE, HOSTILE)])
    policy = Policy({name: watched}, (), (HOSTILE,))
    rooms = {HOSTILE: Room(HOSTILE, "javascript:alert(3)")}
    told = {"refused": HOSTILE, "lost": HOSTILE, "rooms": rooms}
    return replace(view, policy=policy, location=HOSTILE, version=HOSTILE, **told)


def test_hostile_text_is_shown_and_never_run():
    page = Reader(page_of(hostile()))
    assert page.text.count(HOSTILE) >= 15
    assert not {"script", "img", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_a_runbook_that_is_no_address_is_no_link():
    page = Reader(page_of(hostile()))
    assert not [value for name, value in page.attributes if value and "javascript" in value]


def test_a_runbook_is_a_link():
    watched = replace(watch("us/app"), runbook="https://runbooks.example/app?a=1&b=2")
    view = replace(show(), policy=Policy({"us/app": watched}, (), ("us",)))
    assert ("href", "https://runbooks.example/app?a=1&b=2") in Reader(page_of(view)).attributes


def test_nothing_watched_is_said():
    view = replace(show(), policy=Policy({}, (), ()))
    assert "Nothing is watched." in Reader(page_of(view)).text


def test_the_page_has_no_scripts_and_no_inline_styles():
    page = Reader(page_of(trouble()))
    assert "script" not in page.tags
    assert "style" not in [name for name, _ in page.attributes]


async def test_the_policy_allows_the_one_style_and_nothing_else():
    async with site() as s, s.client.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
        (style,) = re.findall(r"<style>(.*?)</style>", await response.text(), re.S)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{allowed}'; ")
    assert "script" not in policy
    assert "unsafe" not in policy


async def test_the_page_is_made_anew_when_a_second_has_passed():
    daemon, clock = Daemon(), Clock()
    async with site(daemon, clock) as s:
        assert "All is well" in (await s.get("/"))[1]
        daemon.view = trouble()
        assert "All is well" in (await s.get("/"))[1]
        clock.now = 1.0
        assert "Open incident: us-42 (critical)." in (await s.get("/"))[1]


async def test_a_real_browser_runs_nothing_on_a_hostile_page(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    async with site(Daemon(view=hostile())) as s:
        browser = await asyncio.create_subprocess_exec(
            chromium,
            *BROWSER,
            f"--user-data-dir={tmp_path}",
            "--dump-dom",
            f"http://127.0.0.1:{s.port}/",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        page = (await browser.communicate())[0].decode()
    assert "Open incident" in page
    assert "<title>RAN</title>" not in page
    assert not {"script", "img"} & set(Reader(page).tags)
