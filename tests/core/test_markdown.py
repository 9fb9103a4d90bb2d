"""Foreign text in a page of ours."""

import pytest
from markdown_it import MarkdownIt

from checker.core.markdown import LINES_MAX, TEXT_MAX, escaped, escaped_lines, hidden

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

FORGERIES = [
    "# a heading",
    "a heading\n===",
    "a heading\n---",
    "- a list",
    "1. a list",
    "> a quotation",
    "```\ncode",
    "~~~\ncode",
    "    code",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a link](https://evil.example)",
    "![an image](https://evil.example/x.png)",
    "<https://evil.example>",
    "[a]: https://evil.example\n[a]",
    "**bold** _slanted_ ~~gone~~ `code`",
    "a | b\n:--|:--\n1 | 2",
    "a\n:--",
    "&lt;b&gt; &#60;",
    "\\# \\<b>",
    "`https://evil.example` [x](https://evil.example)`",
]


def inside_an_entry(text: str) -> str:
    return READER.render(f"- **note** {escaped_lines(text, '  ')}\n")


def test_plain_words_stay_as_they_are():
    assert escaped("app down: l1 7 of 7 failed (timeout)") == "app down: l1 7 of 7 failed (timeout)"


@pytest.mark.parametrize("text", FORGERIES)
def test_no_text_forges_anything_inside_an_entry(text):
    page = inside_an_entry(text)
    for tag in ("<ul>", "<li>", "</ul>", "</li>", "<strong>note</strong>", "<br />"):
        page = page.replace(tag, "")
    assert "<" not in page.replace("<code>https://evil.example", "").replace("</code>", "")


@pytest.mark.parametrize("text", FORGERIES)
def test_no_text_forges_anything_at_the_start_of_a_line(text):
    page = READER.render(escaped_lines(text))
    for tag in ("<p>", "</p>", "<br />"):
        page = page.replace(tag, "")
    assert "<" not in page.replace("<code>https://evil.example", "").replace("</code>", "")


def test_what_was_said_is_what_is_read():
    text = "a*b_c `d` <e> [f](g) & $h | ~i~ \\j"
    shown = "<p>a*b_c `d` &lt;e&gt; [f](g) &amp; $h | ~i~ \\j</p>\n"
    assert READER.render(escaped(text)) == shown


def test_an_address_is_shown_and_is_no_link():
    assert escaped("see https://grafana.example/d?a=1&b=2") == (
        "see `https://grafana.example/d?a=1&b=2`"
    )


def test_nobody_is_called_by_name_or_number():
    assert escaped("@ada see #12") == "@\u2060ada see #\u206012"


def test_a_text_without_end_is_cut():
    assert len(escaped_lines("x" * 1_000_000)) == TEXT_MAX
    assert escaped_lines("\n".join("x" * 90)).endswith("… and 50 more lines")
    assert LINES_MAX == 40


def test_a_secret_that_we_know_is_taken_out_wherever_it_stands():
    assert hidden("key=abc123abc, abc123", ["abc123", "abc123abc", ""]) == "key=(secret), (secret)"


@pytest.mark.parametrize(
    "text",
    [
        "phx_0123456789abcdef",
        "xoxb-123-456-abc",
        "xoxe.xoxb-1-abc",
        "xapp-1-A0-2-abc",
        "Authorization: Bearer 0123456789abcdef",
        "Authorization: Token token=y_NbAkKc66ryYTWUXYEu",
        "https://ada:hunter2hunter2@example.com/",
        "https://hooks.slack.com/services/T0/B0/abc",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text):
    said = hidden(text)
    assert "(secret)" in said
    assert not any(part in said for part in ("0123", "-abc", "y_Nb", "hunter2", "B0/abc"))


def test_words_that_only_sound_like_one_stay():
    assert hidden("the bearer of bad news") == "the bearer of bad news"
