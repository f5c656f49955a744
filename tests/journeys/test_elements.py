"""Rendering of Slack's Block Kit on the page, beyond the blocks that the bot sends."""

from typing import Any

import pytest

from tests.journeys.sandbox_user import SandboxUser

pytestmark = pytest.mark.asyncio(loop_scope="session")

RENDER_SCRIPT = """
async (block) => {
  const { renderBlock } = await import("/page/blocks.js");
  const context = { names: { U1: "Ada", C1: "garden" }, personas: [], rooms: [] };
  const node = renderBlock(block, { ...context, press: () => {}, change: () => {} });
  document.getElementById("conversation").append(node);
  const children = [...node.querySelectorAll("*")].map((child) => child.tagName);
  const links = [...node.querySelectorAll("a")].map((a) => [a.href, a.dataset.chat ?? ""]);
  return { text: node.textContent, tags: [node.tagName, ...children], links };
}
"""


async def render_block(user: SandboxUser, block: dict[str, Any]) -> Any:
    """Render one block on the page, and return its text, tags and links."""
    return await user.page.evaluate(RENDER_SCRIPT, block)


def build_section(text: str) -> dict[str, Any]:
    """Build a section in Slack's notation."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize("kind", ["video", "carousel", "table"])
async def test_unsupported_element_is_named(user: SandboxUser, kind: str) -> None:
    """An element that cannot be rendered is replaced by a sentence that names its type."""
    rendered = await render_block(user, {"type": kind, "block_id": "b"})

    assert rendered["text"] == f"This practice workspace cannot show an element of type “{kind}”."


async def test_text_is_never_parsed_as_markup(user: SandboxUser) -> None:
    """Tags in a text are letters: no incoming text becomes an element."""
    rendered = await render_block(
        user, build_section("<img src=x onerror=alert(1)> &lt;b&gt;bold&lt;/b&gt; <b>")
    )

    assert "<b>bold</b>" in rendered["text"]
    assert not {"IMG", "B", "SCRIPT"} & set(rendered["tags"])


async def test_slack_notation_is_rendered(user: SandboxUser) -> None:
    """Strong, emphasis, code, mentions, quotes and lists become the matching elements."""
    text = "*strong* and _soft_ `code` <@U1> in <#C1>\n&gt; said\n\u2022 one\n\u2022 two"
    rendered = await render_block(user, build_section(text))

    assert {"STRONG", "EM", "CODE", "BLOCKQUOTE", "UL", "LI"} <= set(rendered["tags"])
    assert "@Ada in #garden" in rendered["text"]


async def test_markers_inside_words_are_letters(user: SandboxUser) -> None:
    """An underscore in a name or a single star changes nothing."""
    rendered = await render_block(user, build_section("not_a_word 2 * 3 * 4"))

    assert rendered["text"] == "not_a_word 2 * 3 * 4"
    assert not {"EM", "STRONG"} & set(rendered["tags"])


async def test_chat_link_opens_inside_the_page(user: SandboxUser) -> None:
    """Slack's redirect opens the chat here; other links open in a new tab, scripts never."""
    text = (
        "<https://slack.com/app_redirect?team=T1&amp;channel=U1|write> "
        "<https://example.org/a_b?c=1&amp;d=2|read> <javascript:alert(1)|run>"
    )
    rendered = await render_block(user, build_section(text))

    (own, chat), (external, no_chat) = rendered["links"]
    assert (own, chat) == (f"{user.page_url}/#conversation", "U1")
    assert (external, no_chat) == ("https://example.org/a_b?c=1&d=2", "")
    assert rendered["text"].endswith("run")


async def test_remote_image_is_described_and_not_fetched(user: SandboxUser) -> None:
    """No remote address is requested for an image; its description is shown instead."""
    picture = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A bridge"}
    rendered = await render_block(user, picture)

    assert rendered["text"] == "A bridge"
    assert "IMG" not in rendered["tags"]


async def test_chart_is_an_accessible_table(user: SandboxUser) -> None:
    """Every bar has its label and its value in words, under the chart's title."""
    data = [{"label": "Away", "value": 75}, {"label": "Against", "value": 25}]
    chart = {"type": "bar", "series": [{"name": "Form", "data": data}]}
    rendered = await render_block(
        user, {"type": "data_visualization", "title": "Form", "chart": chart}
    )

    assert {"CAPTION", "TH", "TD"} <= set(rendered["tags"])
    assert "Away75" in rendered["text"]


async def test_confirmed_step_waits_for_yes(user: SandboxUser) -> None:
    """A step with a confirmation dialog runs after the confirmation, never before."""
    answers = await user.page.evaluate("""
    async () => {
      const { renderBlock } = await import("/page/blocks.js");
      const pressed = [];
      const confirm = Object.fromEntries(
        ["title", "text", "confirm", "deny"].map((part) => [part, { text: part }]));
      const button = { type: "button", action_id: "a", text: { text: "Leave" }, confirm };
      const node = renderBlock({ type: "actions", block_id: "b", elements: [button] },
        { names: {}, press: (step) => pressed.push(step.action_id) });
      document.getElementById("conversation").append(node);
      const ask = (answer) => {
        node.querySelector("button").click();
        const dialog = [...document.querySelectorAll("dialog.confirm")].at(-1);
        [...dialog.querySelectorAll("button")].find((b) => b.textContent === answer).click();
        return pressed.length;
      };
      return [ask("deny"), ask("confirm")];
    }""")

    assert answers == [0, 1]


async def test_updated_form_preserves_entered_values(user: SandboxUser) -> None:
    """An update that leaves a question in place preserves its answer and the focus."""
    values = await user.page.evaluate("""
    async () => {
      const { showViews } = await import("/page/modal.js");
      const text = (words) => ({ type: "plain_text", text: words });
      const ask = (id, element) =>
        ({ type: "input", block_id: id, label: text(id), element: { action_id: id, ...element } });
      const options = ["a", "b"].map((value) => ({ value, text: text(value) }));
      const view = (hash, ...blocks) => ({ id: "V", hash, callback_id: "f", title: text("Form"),
        submit: text("Save"), blocks, errors: {}, state: { values: {} } });
      const context = { names: {}, personas: [], rooms: [] };
      const name = ask("name", { type: "plain_text_input" });
      showViews([view("1", name, ask("one", { type: "radio_buttons", options }))], context);
      const dialog = document.querySelector("[data-view=V]");
      const typed = dialog.querySelector("input[type=text]");
      dialog.querySelector("[value=b]").checked = true;
      typed.focus();
      typed.value = "half a w";
      const hinted = { ...ask("one", { type: "radio_buttons", options }), hint: text("A hint.") };
      showViews([view("2", name, { type: "divider", block_id: "d" }, hinted)], context);
      const now = [dialog.querySelector("input[type=text]").value,
        dialog.querySelector(":checked").value, document.activeElement === typed];
      showViews([], context);
      return now;
    }""")

    assert values == ["half a w", "b", True]
