"""Where a running meter's readings go besides its file: the terminal, monitors, other tools."""
