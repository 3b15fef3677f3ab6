"""A bounded memory: an answer is made once, kept while there is room, and made by one thread only.

One idea: the key of an answer holds the digest of its data, so a kept answer is never stale. The
oldest unused one goes first, so that memory does not grow however long the server runs.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class Memory:
    """At most ``room`` answers, least recently used out first.

    Examples
    --------
    >>> memory = Memory(room=2)
    >>> [memory.get(key, lambda: key.upper()) for key in ("a", "b", "c", "a")]
    ['A', 'B', 'C', 'A']
    >>> len(memory)
    2
    """

    def __init__(self, *, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the kept answer, or make it; whoever asks meanwhile waits for the same one."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            try:
                made = make()
                self._keep(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    def find(self, key: Hashable) -> Any:
        """Return the kept answer or None, without making or waiting."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, made: Any) -> None:
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)
