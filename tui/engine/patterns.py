"""Regular expressions of which most are never wanted: a log is written in one way, the program knows dozens."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import AnyStr, Generic


class LazyPattern(Generic[AnyStr]):
    """What ``re.compile`` returns, compiled when something is first matched with it.

    Compiling takes 0.1 to 1.5 ms each, and all that dialects and envelopes know 20 ms. What has been compiled is
    used without a detour: its own methods take the place of those that compile.
    """

    def __init__(self, pattern: AnyStr, flags: int = 0) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[AnyStr]:
        """The pattern itself.

        Raises:
            re.error: it is wrong; a test compiles all there are.
        """
        return re.compile(self.pattern, self._flags)

    @cached_property
    def match(self) -> Callable[..., re.Match[AnyStr] | None]:
        """As that of ``re.Pattern``, and so are all below."""
        return self.compiled.match

    @cached_property
    def fullmatch(self) -> Callable[..., re.Match[AnyStr] | None]:
        """Match a whole text."""
        return self.compiled.fullmatch

    @cached_property
    def search(self) -> Callable[..., re.Match[AnyStr] | None]:
        """Look anywhere."""
        return self.compiled.search

    @cached_property
    def finditer(self) -> Callable[..., Iterator[re.Match[AnyStr]]]:
        """Go through all places."""
        return self.compiled.finditer

    @cached_property
    def findall(self) -> Callable[..., list[tuple[AnyStr, ...]]]:
        """Return what the groups hold at all places."""
        return self.compiled.findall

    @cached_property
    def sub(self) -> Callable[..., AnyStr]:
        """Replace all places."""
        return self.compiled.sub
