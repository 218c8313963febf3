-- Every alert that is not inactive, as the process that judges it knows it.
CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,       -- whose: "watch", or the sources of one monitor
    state TEXT NOT NULL,
    body TEXT NOT NULL,        -- JSON
    changed REAL NOT NULL      -- seconds since the epoch, as are all times below
);

-- Who took an alert on; of one episode, and of no worse than this severity.
CREATE TABLE acks (
    alert TEXT PRIMARY KEY,
    episode INTEGER NOT NULL,
    severity TEXT NOT NULL,
    author TEXT NOT NULL,
    at REAL NOT NULL
);

CREATE TABLE silences (
    id TEXT PRIMARY KEY,
    match TEXT NOT NULL,
    until REAL NOT NULL,
    comment TEXT NOT NULL,
    author TEXT NOT NULL,
    created REAL NOT NULL
);

-- Everything somebody is to be told, a row for each channel, and what became of it.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    alert TEXT NOT NULL,
    rule TEXT NOT NULL,
    episode INTEGER NOT NULL,
    occasion TEXT NOT NULL,
    key TEXT NOT NULL,         -- alert, episode and number within it: the idempotency key
    severity TEXT NOT NULL,
    state TEXT NOT NULL,       -- waiting, open, sent, suppressed or dead
    body TEXT NOT NULL,        -- JSON of the notification
    created REAL NOT NULL,
    lead INTEGER,              -- the row whose message tells of this one too
    claimed REAL,              -- when its message was first tried
    due REAL NOT NULL,         -- not before this
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,       -- of the last attempt
    done REAL,
    UNIQUE (channel, key)
);
CREATE INDEX outbox_by_state ON outbox (channel, state);

-- Who judges alerts, and when it last did.
CREATE TABLE beats (
    scope TEXT PRIMARY KEY,
    at REAL NOT NULL,
    pid INTEGER NOT NULL,
    sources TEXT NOT NULL      -- JSON list of what it watches
);

-- Answers of the orchestrator's health endpoint.
CREATE TABLE probes (
    at REAL NOT NULL,
    ok INTEGER NOT NULL,
    status INTEGER,            -- of HTTP, NULL where there was no answer
    ms REAL,
    reason TEXT NOT NULL
);
CREATE INDEX probes_by_time ON probes (at);
