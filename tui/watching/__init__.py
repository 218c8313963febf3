"""``voxtop watch`` without its command line: a monitor without a screen that judges, tells, records and answers."""
