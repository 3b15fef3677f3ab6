"""The sensors of a machine, one file each, behind one interface: :class:`probe.Probe`."""
