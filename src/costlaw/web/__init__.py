"""The page: the article's figure, alive, and your own runs in it.

One idea: the same verbs as the command line, answered as pages and as JSON on a server of one's
own machine. Pages are HTML made here; charts are the specifications of ``figures``, drawn by the
Vega that vl-convert carries; nothing is fetched from elsewhere and no formula lives in a page.
"""
