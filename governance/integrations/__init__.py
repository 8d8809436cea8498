"""Other systems' formats: what continuous integration reads."""
