"""Runners: where attempts run. Local processes by default; a Ray cluster where there is one."""
