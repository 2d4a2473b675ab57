"""Speech to text with speakers."""
