"""Tables of the curated store."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Integer, String, Text

from knowledge.database import Base


class _Numbered(Base):
    """A row without a name of its own."""

    __abstract__ = True
    id = Column(Integer, primary_key=True)


class _Dated(Base):
    """What is true as of a day, until somebody must look again."""

    __abstract__ = True
    as_of = Column(Date, nullable=False)
    next_review = Column(Date, nullable=False)


class LoadedContent(_Numbered):
    """One row: which content is in the store."""

    __tablename__ = "curated_loaded"
    content_hash = Column(String(64), nullable=False)


class TopicRow(Base):
    """A topic, without its answers."""

    __tablename__ = "curated_topic"
    id = Column(String(64), primary_key=True)
    group = Column("topic_group", String(32), nullable=False)
    title = Column(JSON, nullable=False)
    about_therapy = Column(Boolean, nullable=False)
    intent = Column(String(64), nullable=False)
    review = Column(JSON, nullable=False)
    next = Column("next_topics", JSON, nullable=False)


class AnswerRow(_Dated):
    """An answer of a topic in one locale; `condition` is "" for the one that fits all."""

    __tablename__ = "curated_answer"
    topic_id = Column(String(64), primary_key=True)
    condition = Column(String(64), primary_key=True)
    locale = Column(String(8), primary_key=True)
    paragraphs = Column(JSON, nullable=False)
    evidence = Column(String(32))


class SourceRow(Base):
    """A source that claims rest on."""

    __tablename__ = "curated_source"
    id = Column(String(80), primary_key=True)
    title = Column(Text, nullable=False)
    publisher = Column(Text, nullable=False)
    url = Column(Text, nullable=False)
    date = Column(String(10), nullable=False)
    type = Column(String(32), nullable=False)
    checked = Column(Date, nullable=False)
    line = Column(Text, nullable=False)


class ConditionRow(Base):
    """A condition and the words for it. `position` keeps the order of the file."""

    __tablename__ = "curated_condition"
    id = Column(String(64), primary_key=True)
    position = Column(Integer, nullable=False)
    name = Column(JSON, nullable=False)
    full_name = Column(JSON, nullable=False)
    specialist = Column(JSON, nullable=False)
    autoimmune = Column(Boolean, nullable=False)
    aliases = Column(JSON, nullable=False)
    mesh = Column(JSON, nullable=False)
    registry = Column(JSON, nullable=False)


class DiseaseRow(_Numbered):
    """A disease outside our list."""

    __tablename__ = "curated_disease"
    name = Column(JSON, nullable=False)
    aliases = Column(JSON, nullable=False)


class GlossaryRow(_Numbered):
    """A term in plain words."""

    __tablename__ = "curated_term"
    term = Column(JSON, nullable=False)
    aliases = Column(JSON, nullable=False)
    text = Column(JSON, nullable=False)
    sources = Column(JSON, nullable=False)


class SentenceRow(Base):
    """A fixed sentence: kind is "phrase", "card", "status" or "jurisdiction"."""

    __tablename__ = "curated_sentence"
    kind = Column(String(16), primary_key=True)
    key = Column(String(64), primary_key=True)
    text = Column(JSON, nullable=False)


class StatusRow(_Numbered):
    """Where a product stands for a disease in a jurisdiction."""

    __tablename__ = "curated_status"
    product = Column(String(80), nullable=False)
    condition = Column(String(64), nullable=False)
    jurisdiction = Column(String(8), nullable=False)
    status = Column(String(32), nullable=False)
    as_of = Column(Date, nullable=False)
    source = Column(String(80), nullable=False)


class VisitQuestionRow(Base):
    """A question for the visit sheet. why: by locale, as `AnswerRow.paragraphs` has one."""

    __tablename__ = "curated_visit_question"
    position = Column(Integer, primary_key=True)
    id = Column(String(64), nullable=False)
    area = Column(String(32), nullable=False)
    when = Column("asked_when", JSON, nullable=False)
    quote = Column(JSON, nullable=False)
    ask = Column(JSON, nullable=False)
    why = Column(JSON, nullable=False)


class VisitSheetRow(_Numbered, _Dated):
    """One row: what the visit sheet has beside its questions."""

    __tablename__ = "curated_visit_sheet"
    notes = Column(JSON, nullable=False)
    review = Column(JSON, nullable=False)


#: All of them: they hold what the content files say.
COPIES = tuple(
    row.__table__
    for row in (
        TopicRow, AnswerRow, SourceRow, ConditionRow, DiseaseRow, GlossaryRow, SentenceRow,
        StatusRow, VisitQuestionRow, VisitSheetRow, LoadedContent,
    )
)  # fmt: skip
