"""Open an SQLite file that another program owns: read-only, never changed, refused in words.

A database that is being written to can still be read; one whose folder may not be written (where
SQLite keeps its lock) is opened as it stands.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from costlaw.exceptions import DataError

MAGIC = b"SQLite format 3\x00"


@contextmanager
def open_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for reading.

    Raises
    ------
    DataError
        If it is damaged, locked or may not be read.
    """
    address = f"file:{quote(str(path.resolve()))}"
    connection = None
    try:
        connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=10)
        try:
            connection.execute("select count(*) from sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            connection = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True)
            connection.execute("select count(*) from sqlite_master").fetchone()
        connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataError(
            f"{path.name}: cannot be read as a database ({error}); expected a whole SQLite file. "
            "Copy it again, or stop the program that writes to it."
        ) from error
    finally:
        if connection is not None:
            connection.close()


def tables_of(path: Path) -> dict[str, list[str]]:
    """Return the tables of a file and their columns, empty if it is no readable database."""
    try:
        with open_database(path) as connection:
            names = [row[0] for row in connection.execute(
                "select name from sqlite_master where type = 'table'")]  # fmt: skip
            return {name: columns_of(connection, name) for name in names}
    except DataError:
        return {}


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the columns of a table."""
    return [str(row[1]) for row in connection.execute("select * from pragma_table_info(?)",
                                                      [table])]  # fmt: skip
