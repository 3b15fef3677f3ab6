"""Small networks for the lab: multilayer, convolutional, transformer; all need the extra [lab].

Each is seeded when it is made, and each takes what the lab's data sets give. Nothing here trains.
"""
