"""Models of Block Kit blocks, and the union of block types that each surface accepts.

The key ``type`` is the discriminator: it selects the model that validates a block.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.block_kit.elements import (
    ActionsElement,
    ImageElement,
    InputElement,
    SectionAccessory,
)
from bot.sandbox.block_kit.rich_text import Chart, RichTextParts, TableColumns, TableRows
from bot.sandbox.block_kit.schema import (
    BlockKitModel,
    Identifier,
    InteractiveElement,
    Mrkdwn,
    Omittable,
    PlainText,
    Text50,
    Text150,
    Text2000,
    Text3000,
    TextObject200,
    TextObject2000,
    TextObject3000,
)

MAX_MARKDOWN_LENGTH = 12_000
"""Maximum characters of a ``markdown`` block, and of all such blocks of one message."""


class Block(BlockKitModel):
    """The keys that the schema of every block has in common."""

    block_id: Omittable[Identifier] = None

    @property
    def interactive_elements(self) -> list[InteractiveElement]:
        """The interactive elements of the block."""
        return []


class HeaderBlock(Block):
    """A heading."""

    type: Literal["header"]
    text: PlainText[Text150]


class SectionBlock(Block):
    """A text or a list of fields, with an optional accessory."""

    type: Literal["section"]
    text: Omittable[TextObject3000] = None
    fields: Omittable[Annotated[list[TextObject2000], Field(min_length=1, max_length=10)]] = None
    accessory: Omittable[SectionAccessory] = None
    expand: bool = False

    @model_validator(mode="after")
    def _validate_content(self) -> Self:
        if self.text is None and self.fields is None:
            message = "requires text or fields"
            raise ValueError(message)
        return self

    @property
    def interactive_elements(self) -> list[InteractiveElement]:
        """The accessory, unless it is an image."""
        return [self.accessory] if isinstance(self.accessory, InteractiveElement) else []


class ContextBlock(Block):
    """A row of small texts and images."""

    type: Literal["context"]
    elements: Annotated[
        list[
            Annotated[
                PlainText[Text3000] | Mrkdwn[Text3000] | ImageElement, Field(discriminator="type")
            ]
        ],
        Field(min_length=1, max_length=10),
    ]


class DividerBlock(Block):
    """A horizontal rule."""

    type: Literal["divider"]


class ActionsBlock(Block):
    """A row of buttons, menus and pickers."""

    type: Literal["actions"]
    elements: Annotated[list[ActionsElement], Field(min_length=1, max_length=25)]

    @property
    def interactive_elements(self) -> list[InteractiveElement]:
        """The elements of the row."""
        return [*self.elements]


class InputBlock(Block):
    """A labelled input element."""

    type: Literal["input"]
    label: PlainText[Text2000]
    element: InputElement
    hint: Omittable[PlainText[Text2000]] = None
    optional: bool = False
    dispatch_action: bool = False

    @property
    def interactive_elements(self) -> list[InteractiveElement]:
        """The input element."""
        return [self.element]


class ImageBlock(Block):
    """An image."""

    type: Literal["image"]
    image_url: Text3000
    alt_text: Text2000
    title: Omittable[PlainText[Text2000]] = None


class RichTextBlock(Block):
    """Rich text."""

    type: Literal["rich_text"]
    elements: RichTextParts


class AlertBlock(Block):
    """An alert, in modals only."""

    type: Literal["alert"]
    text: TextObject200
    level: Literal["default", "info", "warning", "error", "success"] = "default"


class ChartBlock(Block):
    """A chart, in messages and the Home."""

    type: Literal["data_visualization"]
    title: Text50
    chart: Chart


class TableBlock(Block):
    """A table, in messages and the Home."""

    type: Literal["table"]
    rows: TableRows
    column_settings: TableColumns = Field(default_factory=list)


class MarkdownBlock(Block):
    """A text in standard Markdown, in messages only."""

    type: Literal["markdown"]
    text: Annotated[str, Field(min_length=1, max_length=MAX_MARKDOWN_LENGTH)]


_CommonBlock = (
    HeaderBlock
    | SectionBlock
    | ContextBlock
    | DividerBlock
    | ActionsBlock
    | InputBlock
    | ImageBlock
    | RichTextBlock
)
MessageBlock = Annotated[
    _CommonBlock | ChartBlock | TableBlock | MarkdownBlock, Field(discriminator="type")
]
ModalBlock = Annotated[_CommonBlock | AlertBlock, Field(discriminator="type")]
HomeBlock = Annotated[_CommonBlock | ChartBlock | TableBlock, Field(discriminator="type")]
