"""What part of a machine is ours: limits, processes, ranks, and who reads the sensors."""
