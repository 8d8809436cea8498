"""The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): roots, inclusion and consistency proofs.

Pure functions over hashes. What must be read comes through a `HashReader`: `read(level, index)` gives the hash of
the complete subtree of 2^level leaves that begins at leaf index·2^level; `tiles.TileHashes` is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from governance.ledger.errors import ProofInvalid

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

HashReader = Callable[[int, int], bytes]

_sha256 = hashlib.sha256


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data)."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: hashes of its complete subtrees, largest (leftmost) first.

    There is one for every bit that is set in `size`; with them a tree of any size grows in O(log n) memory.
    """

    __slots__ = ("hashes", "size")

    def __init__(self) -> None:
        self.size = 0
        self.hashes: list[bytes] = []

    @classmethod
    def from_hashes(cls, size: int, hashes: Sequence[bytes]) -> Frontier:
        """Take up a tree where it was left.

        Raises:
            ProofInvalid: not one hash of 32 bytes for each bit set in `size`.
        """
        if size < 0 or len(hashes) != size.bit_count() or any(len(one) != HASH_BYTES for one in hashes):
            raise ProofInvalid(f"{len(hashes)} subtree hashes do not make a tree of {size} leaves.")
        frontier = cls()
        frontier.size, frontier.hashes = size, list(hashes)
        return frontier

    @classmethod
    def at(cls, size: int, read: HashReader) -> Frontier:
        """Read the edge of a stored tree: one hash for each bit set in `size`."""
        return cls.from_hashes(size, [read(level, index) for level, index in _subtrees(0, size)])

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, hashes = self.size, self.hashes
        while size & 1:
            leaf = _sha256(b"\x01" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> list[list[bytes]]:
        """Add leaf hashes, level by level.

        Returns:
            The hashes of the subtrees that became complete on every eighth level: the leaves themselves, subtrees
            of 256 leaves, of 65,536 and so on, as far as there are any.
        """
        size, nodes, level = self.size, list(leaves), 0
        alone: list[bytes] = []
        made: list[list[bytes]] = []
        while nodes:
            if not level & 7:
                made.append(nodes.copy())
            if size & 1:
                nodes.insert(0, self.hashes.pop())
            if len(nodes) & 1:
                alone.append(nodes.pop())
            pairs = iter(nodes)
            nodes = [
                _sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)
            ]
            size, level = size >> 1, level + 1
        self.hashes.extend(reversed(alone))
        self.size += len(leaves)
        return made

    def root(self) -> bytes:
        """Return the root hash at this size."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaf_hashes:
        frontier.append(leaf)
    return frontier.root()


def root_at(size: int, read: HashReader) -> bytes:
    """Return the root of a stored tree at any of its sizes."""
    return Frontier.at(size, read).root()


def inclusion_path(index: int, size: int, read: HashReader) -> list[bytes]:
    """Return the audit path of RFC 6962 §2.1.1, the leaf's sibling first, in O(log n) reads.

    Raises:
        ProofInvalid: there is no such leaf at that size.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"A tree of {size} leaves has no leaf {index}.")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_hash(middle, end, read))
            end = middle
        else:
            path.append(_range_hash(begin, middle, read))
            begin = middle
    return path[::-1]


def consistency_path(old: int, new: int, read: HashReader) -> list[bytes]:
    """Return the consistency proof of RFC 6962 §2.1.2 between two sizes, 1 ≤ old ≤ new.

    Raises:
        ProofInvalid: sizes between which there is no proof.
    """
    if not 1 <= old <= new:
        raise ProofInvalid(f"There is no consistency proof from size {old} to size {new}.")
    path: list[bytes] = []
    begin, end, known = 0, new, True
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range_hash(middle, end, read))
            end = middle
        else:
            path.append(_range_hash(begin, middle, read))
            begin, known = middle, False
    if not known:
        path.append(_range_hash(begin, end, read))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check an audit path by RFC 9162 §2.1.3.2.

    Args:
        leaf: leaf hash.
        index: its place.
        size: leaves of the tree.
        path: sibling first.
        root: trusted root at that size.

    Raises:
        ProofInvalid: the path does not lead from the leaf to the root.
    """
    _check_hashes((leaf, root, *path))
    if not 0 <= index < size:
        raise ProofInvalid(f"A tree of {size} leaves has no leaf {index}.")
    node, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofInvalid("The inclusion proof is too long.")
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofInvalid("The inclusion proof is too short.")
    if result != root:
        raise ProofInvalid(f"Leaf {index} is not in the tree of {size} leaves with that root.")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check by RFC 9162 §2.1.4.2 that the tree of `old` leaves is the beginning of that of `new` leaves.

    Raises:
        ProofInvalid: it is not, or the proof does not show it.
    """
    _check_hashes((old_root, new_root, *path))
    if not 1 <= old <= new:
        raise ProofInvalid(f"There is no consistency proof from size {old} to size {new}.")
    if old == new:
        if path or old_root != new_root:
            raise ProofInvalid(f"Two different trees of {old} leaves.")
        return
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        raise ProofInvalid("The consistency proof is empty.")
    if _both_roots(old - 1, new - 1, hashes) != (old_root, new_root):
        raise ProofInvalid(f"The tree of {old} leaves is not the beginning of the tree of {new} leaves.")


def _both_roots(node: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Walk a consistency proof up from the old tree's last leaf, building both roots."""
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofInvalid("The consistency proof is too long.")
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofInvalid("The consistency proof is too short.")
    return before, after


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofInvalid("A hash does not have 32 bytes.")


def _split(count: int) -> int:
    """Largest power of two below `count` (RFC 6962: k)."""
    return 1 << ((count - 1).bit_length() - 1)


def _subtrees(begin: int, end: int) -> list[tuple[int, int]]:
    """Cut a range whose begin is aligned to its size into complete subtrees (level, index), left to right."""
    found = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append((level, begin >> level))
        begin += 1 << level
    return found


def _range_hash(begin: int, end: int, read: HashReader) -> bytes:
    return _fold([read(level, index) for level, index in _subtrees(begin, end)])


def _fold(hashes: Sequence[bytes]) -> bytes:
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root
