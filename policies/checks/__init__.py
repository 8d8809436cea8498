"""Built-in checks, one module a family; registered through the entry-point group `governance.checks`."""
