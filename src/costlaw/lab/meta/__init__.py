"""Meta-learning as the article means it: one network for many tasks, against one for each.

Needs the extra [lab].
"""
