"""The batched kernel: everything that is many small fits of one law at once, in NumPy."""
