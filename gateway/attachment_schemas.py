"""What may come with a message over HTTP besides its words. `gateway.attachments` makes of it what is kept."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.attachments import MAX_ATTACHMENTS, Sent, words_for
from nexus.work_order import AttachmentKind


class AttachmentIn(BaseModel):
    """Something that comes with a message besides its words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: AttachmentKind = Field(
        description="`image`: JPEG, PNG, WebP or GIF. `document`: a text file, UTF-8, or UTF-16 with a byte order mark."
        " `audio`: Ogg, MP3, M4A, WAV, WebM or FLAC; its words become the message's."
    )
    data: str = Field(
        description="the file in base64",
        examples=["SGVsbG8="],
        json_schema_extra={"contentEncoding": "base64"},
    )
    name: str | None = Field(
        default=None, max_length=1000, description="the file's name; models are told a document's"
    )
    media_type: str | None = Field(
        default=None, max_length=255, description="what you take it for; what it is, its bytes decide"
    )


class WithAttachments(BaseModel):
    """A message that may bring attachments, and then needs no words."""

    attachments: list[AttachmentIn] = Field(
        default=[],
        max_length=MAX_ATTACHMENTS,
        description="Pictures, voice messages and documents that belong to the message. Pictures are kept upright, at "
        "most 1,568 pixels a side and without metadata; documents are text for the model, and no instructions.",
    )

    @model_validator(mode="before")
    @classmethod
    def _has_words(cls, sent: object) -> object:
        """What came without words gets those that go without saying."""
        if not isinstance(sent, dict):
            return sent
        words = sent.get("content", sent.get("message", ""))
        brought = sent.get("attachments")
        if isinstance(words, str) and not words.strip() and isinstance(brought, list) and brought:
            kinds = [str(each.get("kind")) for each in brought if isinstance(each, dict)]
            return {name: value for name, value in sent.items() if name != "message"} | {
                "content": words_for(kinds)
            }
        return sent

    @property
    def sent(self) -> list[Sent]:
        """The attachments with where they stand."""
        return [
            Sent(each.kind, each.data, each.name, each.media_type, f"attachments[{n}].data")
            for n, each in enumerate(self.attachments)
        ]
