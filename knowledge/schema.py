"""Brings a database that an earlier version made to the shape that this version reads and writes.

The shape of each table (the statements that make it) is noted in the database. Where it is another
one, or was never noted, the table is made anew, and its rows decide how:

- a *copy* of what we have or can fetch (the content files, the registry) goes, and is filled again
  at the same start;
- what is *kept* (statuses seen, the review queue, conversations of the last 24 hours) moves over,
  column by column;
- a table that was noted and that this version no longer knows goes.

So there are no migration scripts to write, to order and to forget. A new column of a kept table
must be nullable or have a `default`; the first start with an older database says where one is not.
One process does it while others wait, and all of it happens or nothing does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, MetaData, String, delete, func, insert, inspect, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable, Table

from knowledge.database import Base

#: PostgreSQL's name for the lock of whoever is at the tables: any number that all processes share.
_LOCK = 7_201_001


class TableShape(Base):
    """The shape that a table was made in, as a hash."""

    __tablename__ = "table_shape"
    name = Column(String(64), primary_key=True)
    shape = Column(String(64), nullable=False)


class CannotMove(Exception):
    """The rows of a table can't move to its new shape. The message says which table, and why."""


def bring_up_to_date(engine: Engine, copies: Collection[Collection[Table]]) -> None:
    """Make the tables that are missing, and anew those of another shape. For each start.

    copies: groups of tables whose rows can be had again; of a group all go, since what is left
    would not fit what comes. Raises CannotMove, and then leaves the database as it was.
    """
    tables = dict(Base.metadata.tables)
    shapes = {name: _shape(table, engine) for name, table in tables.items()}
    with engine.connect() as connection:
        if _noted(connection) == shapes:
            return
    with _alone(engine) as connection:
        noted = _noted(connection)
        there = set(inspect(connection).get_table_names())
        changed = {name for name in tables.keys() & there if noted.get(name) != shapes[name]}
        for group in copies:
            names = {table.name for table in group}
            if names & changed:
                Base.metadata.drop_all(connection, tables=list(group))
            changed -= names
        for name in sorted(changed - {TableShape.__tablename__}):
            _move(connection, tables[name])
        for name in sorted((noted.keys() - tables.keys()) & there):
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
        Base.metadata.create_all(connection)
        connection.execute(delete(TableShape))
        connection.execute(
            insert(TableShape), [{"name": name, "shape": shape} for name, shape in shapes.items()]
        )


def _shape(table: Table, engine: Engine) -> str:
    statements = [CreateTable(table), *(CreateIndex(index) for index in _indexes(table))]
    written = "\n".join(str(each.compile(dialect=engine.dialect)) for each in statements)
    return hashlib.sha256(written.encode()).hexdigest()


def _indexes(table: Table) -> list[Any]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def _noted(connection: Connection) -> dict[str, str]:
    if not inspect(connection).has_table(TableShape.__tablename__):
        return {}
    rows = connection.execute(select(TableShape.name, TableShape.shape))
    return {row.name: row.shape for row in rows}


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other process is in at the same time."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Left to itself, Python's driver begins one only before it writes a row.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def _move(connection: Connection, table: Table) -> None:
    """Make the table under another name, copy the rows, and put it in the old one's place."""
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}
    common = [column for column in table.columns if column.name in known]
    made = table.to_metadata(MetaData(), name=f"{table.name}_new")
    connection.execute(CreateTable(made))
    try:
        rows = select(*common)
        connection.execute(insert(made).from_select([column.name for column in common], rows))
    except SQLAlchemyError as error:
        raise CannotMove(
            f"the rows of the table '{table.name}' can't move to its new shape: {error}"
        ) from error
    connection.execute(DropTable(table))
    connection.exec_driver_sql(f'ALTER TABLE "{made.name}" RENAME TO "{table.name}"')
    for index in _indexes(table):
        connection.execute(CreateIndex(index))
    _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that moved; SQLite does so by itself."""
    number = next((each for each in table.primary_key if each.autoincrement is True), None)
    if number is None or connection.dialect.name == "sqlite":
        return
    sequence = func.pg_get_serial_sequence(table.name, number.name)
    connection.execute(select(func.setval(sequence, func.coalesce(func.max(number), 0) + 1, False)))
