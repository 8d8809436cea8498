"""`python -m governance` is `govern`."""

from governance.cli.main import run

if __name__ == "__main__":
    run()
