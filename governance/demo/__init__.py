"""`govern demo`: the whole story on real mortgage applications, told as it happens.

Everything goes through the façade that users have (`governance.create_workspace`, `open_workspace`); each
person of the story acts as themselves. Nothing here is used by the rest of the package.
"""
