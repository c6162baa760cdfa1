internal import GRDB

/// The tables of the store, as a list of changes that is only ever added to.
///
/// Times are whole seconds since 1970, as `run.json` has them. A `document` is JSON of a record without the parts that
/// have rows of their own, so that the store keeps what it has no column for.
enum StoreSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: runs") { try $0.execute(sql: runs) }
        migrator.registerMigration("2: expunges") { try $0.execute(sql: expunges) }
        migrator.registerMigration("3: guests of cases") { try $0.execute(sql: guests) }
        migrator.registerMigration("4: comparison") { try $0.execute(sql: comparison) }
        migrator.registerMigration("5: costs") { try $0.execute(sql: costs) }
        migrator.registerMigration("6: backends") { try $0.execute(sql: backends) }
        return migrator
    }

    private static let runs = """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            directory TEXT NOT NULL,
            started INTEGER NOT NULL,
            verdict TEXT NOT NULL,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX runs_by_time ON runs (started);

        CREATE TABLE cells (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name TEXT NOT NULL,
            plan TEXT NOT NULL,
            kernel TEXT NOT NULL,       -- as it was asked for, with the name of its mutation
            release TEXT,               -- as it ran; NULL if no guest was started
            build TEXT,
            accelerator TEXT,
            verdict TEXT NOT NULL,
            started INTEGER NOT NULL,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX cells_of_run ON cells (run);
        CREATE INDEX cells_of_plan ON cells (plan, started);

        -- What has a history: the case of a plan.
        CREATE TABLE tests (
            id INTEGER PRIMARY KEY,
            plan TEXT NOT NULL,
            name TEXT NOT NULL,
            UNIQUE (plan, name)
        ) STRICT;

        -- What came of it in a cell. Kernel, accelerator and time are the cell's, for the indexes.
        CREATE TABLE cases (
            id INTEGER PRIMARY KEY,
            cell INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE,
            test INTEGER NOT NULL REFERENCES tests,
            verdict TEXT NOT NULL,
            reason TEXT,
            seconds REAL NOT NULL,
            timed INTEGER NOT NULL,     -- 1 if the seconds are its own: it ended by itself
            kernel TEXT NOT NULL,
            accelerator TEXT,
            started INTEGER NOT NULL,
            files TEXT                  -- JSON; NULL if none
        ) STRICT;
        CREATE INDEX cases_of_cell ON cases (cell, verdict);
        CREATE INDEX cases_of_test ON cases (test, started);
        CREATE INDEX durations ON cases (test, kernel, accelerator, started, seconds) WHERE timed;

        CREATE TABLE findings (
            id INTEGER PRIMARY KEY,
            "case" INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
            severity TEXT NOT NULL,
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            document TEXT NOT NULL      -- without the kernel's whole report
        ) STRICT;
        CREATE INDEX findings_of_case ON findings ("case");
        CREATE INDEX findings_alike ON findings (fingerprint);
        """

    private static let expunges = """
        CREATE TABLE expunges (
            id INTEGER PRIMARY KEY,
            test TEXT NOT NULL,
            scope TEXT NOT NULL,
            document TEXT NOT NULL UNIQUE
        ) STRICT;
        ALTER TABLE cases ADD COLUMN expunge INTEGER REFERENCES expunges;
        CREATE INDEX cases_expunged ON cases (expunge, test, started) WHERE expunge IS NOT NULL;
        """

    private static let guests = """
        ALTER TABLE cases ADD COLUMN step INTEGER;
        ALTER TABLE cases ADD COLUMN guest INTEGER;
        """

    private static let backends = """
        ALTER TABLE cells ADD COLUMN backend TEXT;  -- NULL if no guest was started
        UPDATE cells SET backend = json_extract(document, '$.environment.backend');
        """

    // The parameters are text with sorted keys, so that two cells with the same have the same text. What failed is few
    // of many: questions about failures begin there.
    private static let comparison = """
        ALTER TABLE cells ADD COLUMN parameters TEXT;
        UPDATE cells SET parameters = json_extract(document, '$.parameters');
        ALTER TABLE cases ADD COLUMN known TEXT;    -- JSON; NULL if no known issue is told of
        ALTER TABLE cases ADD COLUMN outcome TEXT;  -- NULL where it is not known
        CREATE INDEX cases_failed ON cases (test, kernel) WHERE verdict IN ('fail', 'flaky');
        CREATE INDEX cases_by_kernel ON cases (test, kernel, started);
        """

    // What cells took, for the next of their like: those that ended in verdicts of their own.
    private static let costs = """
        ALTER TABLE cells ADD COLUMN cost TEXT;     -- JSON; NULL if it says nothing of the next
        CREATE INDEX costs ON cells (plan, accelerator, kernel, started) WHERE cost IS NOT NULL;
        """
}
