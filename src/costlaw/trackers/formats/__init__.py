"""Formats that several readers share: protocol buffers, record files, one-line scalars."""
