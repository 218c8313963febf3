"""Panels over a snapshot, one per file."""
