"""Training for the lab: resumable loops, counted operations, measured use; needs [lab].

One loop for every network and every strategy, so that what is compared differs in nothing else.
"""
