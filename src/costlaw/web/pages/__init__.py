"""The pages: HTML made on the server, one file a page.

One idea: a page is complete without scripts, its whole state stands in its address, and the scripts
add drawing, moving and going on without a reload. Everything out of data is escaped text.
"""
