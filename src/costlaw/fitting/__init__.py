"""Law meets runs: one batched kernel, the scatter of papers, predictive distributions, verdicts."""
