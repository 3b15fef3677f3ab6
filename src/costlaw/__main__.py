"""``python -m costlaw``: the command line."""

from costlaw.cli import main

if __name__ == "__main__":
    main()
