"""The triggers that make the journal append-only in the database itself, whoever holds the connection.

Refused for events: DELETE, TRUNCATE, and every UPDATE but one that sets ``published_at`` once and nothing else; for
seals: every UPDATE, DELETE and TRUNCATE. Both engines raise what Django knows as ``IntegrityError``. The owner of the
database can still drop a trigger: ``verify_journal`` says so, and finds what was done meanwhile.
"""

from __future__ import annotations

from typing import Any

# ruff: noqa: S608 - the only names put into SQL are the constants below

EVENT, SEAL = "cases_event", "cases_seal"
_SAYS = "The journal is append-only: what was recorded is neither changed nor removed."

_SQLITE = {
    "journal_event_keep": f"BEFORE DELETE ON {EVENT} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
    "journal_seal_keep": f"BEFORE DELETE ON {SEAL} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
    "journal_seal_fix": f"BEFORE UPDATE ON {SEAL} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
    # INSERT OR REPLACE removes the old row without asking the delete trigger.
    "journal_event_new": (
        f"BEFORE INSERT ON {EVENT} WHEN EXISTS (SELECT 1 FROM {EVENT} WHERE id = NEW.id) OR EXISTS ("
        f"SELECT 1 FROM {EVENT} WHERE subject_type = NEW.subject_type AND subject_id = NEW.subject_id"
        f" AND sequence = NEW.sequence) BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    ),
    "journal_seal_new": (
        f"BEFORE INSERT ON {SEAL} WHEN EXISTS (SELECT 1 FROM {SEAL} WHERE id = NEW.id OR up_to = NEW.up_to"
        f" OR previous_hash = NEW.previous_hash) BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    ),
}
_POSTGRES_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{_SAYS}';
END $$;
CREATE OR REPLACE FUNCTION journal_published_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL AND NEW.published_at IS NOT NULL
       AND to_jsonb(NEW) - 'published_at' = to_jsonb(OLD) - 'published_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{_SAYS}';
END $$;
"""
_POSTGRES = {
    "journal_event_fix": (EVENT, f"BEFORE UPDATE ON {EVENT} FOR EACH ROW EXECUTE FUNCTION journal_published_once()"),
    "journal_event_keep": (
        EVENT,
        f"BEFORE DELETE OR TRUNCATE ON {EVENT} FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
    ),
    "journal_seal_keep": (
        SEAL,
        f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {SEAL} FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
    ),
}


def install(connection: Any) -> None:
    """Create the triggers; those that exist are replaced."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTIONS)
            for name, (table, body) in _POSTGRES.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
                cursor.execute(f"CREATE TRIGGER {name} {body}")
                # Also in sessions that play the part of a replica, where ordinary triggers sleep.
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        else:
            for name, body in _sqlite(cursor).items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {body}")


def remove(connection: Any) -> None:
    """Drop the triggers: the way back of the migration that creates them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, (table, _body) in _POSTGRES.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        else:
            for name in _sqlite(cursor):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: Any) -> list[str]:
    """Return the names of triggers that are not there, or switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted = set(_POSTGRES)
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'journal%%' AND tgenabled = 'A'", [])
        else:
            wanted = set(_sqlite(cursor))
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return sorted(wanted - {row[0] for row in cursor.fetchall()})


def _sqlite(cursor: Any) -> dict[str, str]:
    """Return the triggers; the one on UPDATE names every column there is but ``published_at``."""
    cursor.execute(f"SELECT name FROM pragma_table_info('{EVENT}')")
    same = " AND ".join(f'NEW."{row[0]}" IS OLD."{row[0]}"' for row in cursor.fetchall() if row[0] != "published_at")
    allowed = f"OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND {same}"
    return _SQLITE | {
        "journal_event_fix": f"BEFORE UPDATE ON {EVENT} WHEN NOT ({allowed}) BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    }
