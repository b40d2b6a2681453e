/**
 * 2: with registers. 3: readings are signed when they are recorded, and kept as registers are; with
 * sessions, and the envelopes that were sent. 4: registers stand in the row of their reading, which is written at once.
 */
export const SCHEMA_VERSION = 4

/** What makes each version of the one before; the first is not read any more. */
export const migrations: Readonly<Record<number, string>> = {
  2: `
    CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
    CREATE TABLE reading (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
    CREATE TABLE statement (slot INTEGER PRIMARY KEY, body TEXT NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE registers (sequence INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
    CREATE INDEX statement_pending ON statement (slot) WHERE acknowledged = 0;
  `,
  // Without a session there is no signature: such a reading is signed when it is sent.
  3: `
    ALTER TABLE reading ADD COLUMN time_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE reading ADD COLUMN session INTEGER;
    ALTER TABLE reading ADD COLUMN signature TEXT;
    ALTER TABLE reading ADD COLUMN pending INTEGER NOT NULL DEFAULT 1;
    UPDATE reading SET time_ms = json_extract(body, '$.timeMs');
    CREATE INDEX reading_pending ON reading (sequence) WHERE pending = 1;
    ALTER TABLE statement ADD COLUMN envelope TEXT;
    CREATE TABLE session (
      sequence INTEGER PRIMARY KEY, body TEXT NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0, envelope TEXT) STRICT;
  `,
  4: `
    ALTER TABLE reading ADD COLUMN registers TEXT;
    UPDATE reading SET registers = (SELECT text FROM registers WHERE registers.sequence = reading.sequence);
    DROP TABLE registers;
  `,
}
