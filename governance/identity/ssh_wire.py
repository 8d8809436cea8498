"""SSH wire encoding: strings, mpints and the fields of public keys and signatures (RFC 4251 §5).

Example:
    >>> Fields(string(b"ssh-ed25519")).string()
    b'ssh-ed25519'
"""

from __future__ import annotations

import struct


def string(value: bytes) -> bytes:
    """Return `value` with its length in front (RFC 4251 §5 `string`)."""
    return struct.pack(">I", len(value)) + value


def mpint(value: int) -> bytes:
    """Return a non-negative integer as RFC 4251 §5 `mpint`: two's complement, as short as it can be."""
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big") if value else b"")


class Fields:
    """Reads fields one after the other; never past the end, and never believes a length."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes.

        Raises:
            ValueError: fewer are left.
        """
        end = self._place + count
        if end > len(self._data):
            raise ValueError("it ends too early")
        taken = self._data[self._place : end]
        self._place = end
        return taken

    def uint32(self) -> int:
        """Return the next four bytes as a number."""
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """Return the next string."""
        return self.take(self.uint32())

    def mpint(self) -> int:
        """Return the next non-negative integer.

        Raises:
            ValueError: it is negative or not as short as it can be.
        """
        raw = self.string()
        value = int.from_bytes(raw, "big", signed=True)
        if value < 0 or mpint(value) != string(raw):
            raise ValueError("an integer is not in its shortest form")
        return value

    def end(self) -> None:
        """Demand that nothing is left.

        Raises:
            ValueError: bytes follow.
        """
        if self._place != len(self._data):
            raise ValueError("bytes follow its end")
