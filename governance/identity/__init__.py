"""Actors, roles, tokens, keys and SSH signatures."""
