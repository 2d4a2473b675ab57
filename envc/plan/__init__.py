"""The plan: every decision taken, printable, complete before the first byte of output. Its hash identifies it."""
