"""Policies: the checks and the packs that ship with the project."""
