"""The root of all views: frozen models that travel as JSON between a service and its clients unchanged."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Root of all views."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
