"""What is asked of a scatter: error given compute, compute given error, structural, frontier.

One file an estimand; ``catalogue`` holds their names.
"""
