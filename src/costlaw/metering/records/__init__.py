"""The records of a meter: written so that none is lost, read back, added up over processes."""
