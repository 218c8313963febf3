-- What became of alerts and what people said about them, for looking back.
CREATE TABLE alert_log (
    at REAL NOT NULL,
    scope TEXT NOT NULL,       -- as in alerts; empty for silences, which are everybody's
    what TEXT NOT NULL,        -- firing, resolved, acknowledged, silenced or unsilenced
    author TEXT NOT NULL,
    body TEXT NOT NULL         -- JSON of the alert as it stood; of a silence, what it matches and why
);
CREATE INDEX alert_log_by_time ON alert_log (at);
