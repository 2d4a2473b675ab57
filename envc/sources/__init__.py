"""Files of this machine: programs, locks, the files that images copy, and what envc writes."""
