"""Governance and compliance audit for machine learning.

`open_workspace(url)` is the one façade: a local ledger (a file or a database URL) or a remote one (`http(s)://`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from governance.workspace import create_workspace, open_workspace

__version__ = "0.1.0"
__all__ = ["__version__", "create_workspace", "open_workspace"]
_FACADE = ("create_workspace", "open_workspace")


def __getattr__(name: str) -> object:
    """Load the façade on first use, so that `import governance` stays light."""
    if name in _FACADE:
        return getattr(import_module("governance.workspace"), name)
    raise AttributeError(f"module 'governance' has no attribute '{name}'")
