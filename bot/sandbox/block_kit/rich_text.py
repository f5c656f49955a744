"""Models of rich text, tables and charts: nested lists with a limit at each level."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.block_kit.schema import (
    BlockKitModel,
    Identifier,
    Omittable,
    Text20,
    Text50,
    Text3000,
    find_duplicates,
)

_MAX_ITEMS, _MAX_TEXT_LENGTH = 1000, 3000
_MAX_SERIES, _MAX_CATEGORIES = 6, 20
_MAX_ROWS, _MAX_CELLS = 100, 20

_Border = Annotated[int, Field(ge=0, le=1)]
_OptionalText = Annotated[str, Field(max_length=_MAX_TEXT_LENGTH)]


class InlineStyle(BlockKitModel):
    """The style of an inline element: one boolean per attribute."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    underline: bool = False


class _InlineElement(BlockKitModel):
    style: Omittable[InlineStyle] = None


class InlineText(_InlineElement):
    """A string of text."""

    type: Literal["text"]
    text: Text3000


class InlineLink(_InlineElement):
    """A link."""

    type: Literal["link"]
    url: Text3000
    text: _OptionalText = ""
    unsafe: bool = False


class InlineUser(_InlineElement):
    """A mention of a user."""

    type: Literal["user"]
    user_id: Identifier


class InlineChannel(_InlineElement):
    """A mention of a channel."""

    type: Literal["channel"]
    channel_id: Identifier


class InlineEmoji(_InlineElement):
    """An emoji."""

    type: Literal["emoji"]
    name: Identifier
    unicode: Annotated[str, Field(max_length=255)] = ""


class InlineDate(_InlineElement):
    """A timestamp with a format string, and a fallback for clients that cannot format it."""

    type: Literal["date"]
    timestamp: float
    format: Text3000
    fallback: _OptionalText = ""
    url: _OptionalText = ""


_InlineElements = Annotated[
    list[
        Annotated[
            InlineText | InlineLink | InlineUser | InlineChannel | InlineEmoji | InlineDate,
            Field(discriminator="type"),
        ]
    ],
    Field(min_length=1, max_length=_MAX_ITEMS),
]


class RichTextSection(BlockKitModel):
    """A paragraph of rich text."""

    type: Literal["rich_text_section"]
    elements: _InlineElements


class RichTextQuoteOrPreformatted(BlockKitModel):
    """A quote or a preformatted text."""

    type: Literal["rich_text_quote", "rich_text_preformatted"]
    elements: _InlineElements
    border: _Border = 0


class RichTextList(BlockKitModel):
    """A list, whose items are paragraphs."""

    type: Literal["rich_text_list"]
    elements: Annotated[list[RichTextSection], Field(min_length=1, max_length=_MAX_ITEMS)]
    style: Literal["bullet", "ordered"]
    indent: Annotated[int, Field(ge=0, le=8)] = 0
    offset: Annotated[int, Field(ge=0, le=_MAX_ITEMS)] = 0
    border: _Border = 0


RichTextParts = Annotated[
    list[
        Annotated[
            RichTextSection | RichTextQuoteOrPreformatted | RichTextList,
            Field(discriminator="type"),
        ]
    ],
    Field(min_length=1, max_length=_MAX_ITEMS),
]
"""The parts of a ``rich_text`` block."""


class TextCell(BlockKitModel):
    """A table cell with a string."""

    type: Literal["raw_text"]
    text: _OptionalText


class NumberCell(BlockKitModel):
    """A table cell with a number."""

    type: Literal["raw_number"]
    value: float
    text: _OptionalText = ""


class RichTextCell(BlockKitModel):
    """A table cell with a list of rich text parts."""

    type: Literal["rich_text"]
    elements: RichTextParts


class ColumnSettings(BlockKitModel):
    """The alignment and wrapping of one column of a table."""

    align: Literal["left", "center", "right"] = "left"
    is_wrapped: bool = False


_Cell = Annotated[TextCell | NumberCell | RichTextCell, Field(discriminator="type")]
_Row = Annotated[list[_Cell], Field(min_length=1, max_length=_MAX_CELLS)]
TableRows = Annotated[list[_Row], Field(min_length=1, max_length=_MAX_ROWS)]
TableColumns = Annotated[list[ColumnSettings], Field(max_length=_MAX_CELLS)]


class DataPoint(BlockKitModel):
    """A labelled value of a chart."""

    label: Text20
    value: float


class Series(BlockKitModel):
    """A named list of data points."""

    name: Text20
    data: Annotated[list[DataPoint], Field(min_length=1, max_length=_MAX_CATEGORIES)]


class AxisConfig(BlockKitModel):
    """The list of categories and the labels of the axes."""

    categories: Annotated[list[Text20], Field(min_length=1, max_length=_MAX_CATEGORIES)]
    x_label: Omittable[Text50] = None
    y_label: Omittable[Text50] = None


class PieChart(BlockKitModel):
    """A pie chart: a list of data points without axes."""

    type: Literal["pie"]
    segments: Annotated[list[DataPoint], Field(min_length=1, max_length=_MAX_SERIES)]


class AxisChart(BlockKitModel):
    """A chart with axes: each series has one data point per category, in the same order."""

    type: Literal["bar", "line", "area"]
    series: Annotated[list[Series], Field(min_length=1, max_length=_MAX_SERIES)]
    axis_config: AxisConfig

    @model_validator(mode="after")
    def _validate_labels(self) -> Self:
        categories = self.axis_config.categories
        for series in self.series:
            if [point.label for point in series.data] != categories:
                message = f"the labels of series {series.name!r} differ from the categories"
                raise ValueError(message)
        if duplicates := find_duplicates([series.name for series in self.series]):
            message = f"duplicate series name {duplicates[0]!r}"
            raise ValueError(message)
        if duplicates := find_duplicates(categories):
            message = f"duplicate category {duplicates[0]!r}"
            raise ValueError(message)
        return self


Chart = Annotated[PieChart | AxisChart, Field(discriminator="type")]
"""The chart of a ``data_visualization`` block."""
