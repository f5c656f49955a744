"""How the page shows what Slack's Block Kit holds, beyond what the bot happens to send."""

from typing import Any

import pytest

from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAWN = """
async (block) => {
  const { draw } = await import("/page/blocks.js");
  const context = { names: { U1: "Ada", C1: "garden" }, personas: [], rooms: [] };
  const node = draw(block, { ...context, press: () => {}, change: () => {} });
  document.getElementById("conversation").append(node);
  const found = [...node.querySelectorAll("*")].map((one) => one.tagName);
  const links = [...node.querySelectorAll("a")].map((one) => [one.href, one.dataset.chat ?? ""]);
  return { text: node.textContent, tags: [node.tagName, ...found], links };
}
"""


async def drawn(visitor: Visitor, block: dict[str, Any]) -> Any:
    """Let the page draw one block, and tell its text, tags and links."""
    return await visitor.page.evaluate(DRAWN, block)


def said(text: str) -> dict[str, Any]:
    """A section in Slack's notation."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize("kind", ["video", "carousel", "table"])
async def test_an_element_that_is_not_known_is_named(visitor: Visitor, kind: str) -> None:
    """What cannot be shown here is told in plain words, by its type."""
    shown = await drawn(visitor, {"type": kind, "block_id": "b"})

    assert shown["text"] == f"This practice workspace cannot show an element of type “{kind}”."


async def test_text_is_never_read_as_markup(visitor: Visitor) -> None:
    """Tags in a text are letters: nothing that arrives becomes an element."""
    shown = await drawn(visitor, said("<img src=x onerror=alert(1)> &lt;b&gt;bold&lt;/b&gt; <b>"))

    assert "<b>bold</b>" in shown["text"]
    assert not {"IMG", "B", "SCRIPT"} & set(shown["tags"])


async def test_slacks_notation_is_read(visitor: Visitor) -> None:
    """Strong, emphasis, code, mentions, quotes and lists are shown as what they are."""
    text = "*strong* and _soft_ `code` <@U1> in <#C1>\n&gt; said\n\u2022 one\n\u2022 two"
    shown = await drawn(visitor, said(text))

    assert {"STRONG", "EM", "CODE", "BLOCKQUOTE", "UL", "LI"} <= set(shown["tags"])
    assert "@Ada in #garden" in shown["text"]


async def test_stars_and_lines_inside_words_are_letters(visitor: Visitor) -> None:
    """An underscore in a name or a lone star changes nothing."""
    shown = await drawn(visitor, said("not_a_word 2 * 3 * 4"))

    assert shown["text"] == "not_a_word 2 * 3 * 4"
    assert not {"EM", "STRONG"} & set(shown["tags"])


async def test_a_link_to_a_chat_stays_in_the_page(visitor: Visitor) -> None:
    """Slack's redirect opens the chat here; other links open elsewhere, and scripts nowhere."""
    text = (
        "<https://slack.com/app_redirect?team=T1&amp;channel=U1|write> "
        "<https://example.org/a_b?c=1&amp;d=2|read> <javascript:alert(1)|run>"
    )
    shown = await drawn(visitor, said(text))

    (own, chat), (elsewhere, none) = shown["links"]
    assert (own, chat) == (f"{visitor.page_url}/#conversation", "U1")
    assert (elsewhere, none) == ("https://example.org/a_b?c=1&d=2", "")
    assert shown["text"].endswith("run")


async def test_an_image_from_elsewhere_is_told_and_not_fetched(visitor: Visitor) -> None:
    """No address outside this machine is asked for a picture; its description stands there."""
    picture = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A bridge"}
    shown = await drawn(visitor, picture)

    assert shown["text"] == "A bridge"
    assert "IMG" not in shown["tags"]


async def test_a_chart_is_a_table_for_whoever_cannot_see_it(visitor: Visitor) -> None:
    """Every bar has its label and its value in words, under the chart's title."""
    data = [{"label": "Away", "value": 75}, {"label": "Against", "value": 25}]
    chart = {"type": "bar", "series": [{"name": "Form", "data": data}]}
    shown = await drawn(visitor, {"type": "data_visualization", "title": "Form", "chart": chart})

    assert {"CAPTION", "TH", "TD"} <= set(shown["tags"])
    assert "Away75" in shown["text"]


async def test_a_confirmed_step_waits_for_yes(visitor: Visitor) -> None:
    """A step with a question of its own happens once somebody said yes, never before."""
    answers = await visitor.page.evaluate("""
    async () => {
      const { draw } = await import("/page/blocks.js");
      const pressed = [];
      const confirm = Object.fromEntries(
        ["title", "text", "confirm", "deny"].map((part) => [part, { text: part }]));
      const button = { type: "button", action_id: "a", text: { text: "Leave" }, confirm };
      const node = draw({ type: "actions", block_id: "b", elements: [button] },
        { names: {}, press: (step) => pressed.push(step.action_id) });
      document.getElementById("conversation").append(node);
      const ask = (answer) => {
        node.querySelector("button").click();
        const dialog = [...document.querySelectorAll("dialog.confirm")].at(-1);
        [...dialog.querySelectorAll("button")].find((one) => one.textContent === answer).click();
        return pressed.length;
      };
      return [ask("deny"), ask("confirm")];
    }""")

    assert answers == [0, 1]


async def test_a_form_that_changes_keeps_what_was_entered(visitor: Visitor) -> None:
    """An update that leaves a question where it is leaves its answer and the focus, too."""
    kept = await visitor.page.evaluate("""
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

    assert kept == ["half a w", "b", True]
