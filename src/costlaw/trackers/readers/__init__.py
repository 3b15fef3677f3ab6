"""The readers, one format a file; ``catalogue`` lists them."""
