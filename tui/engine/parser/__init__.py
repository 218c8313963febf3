"""Raw lines of one source become events."""

from tui.engine.parser._parser import Parser, line_time, readable

__all__ = ["Parser", "line_time", "readable"]
