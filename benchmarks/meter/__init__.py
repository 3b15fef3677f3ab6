"""What a meter costs and keeps, and how its numbers compare: ours and its peers in one run."""
