"""What items mean: words, their fields, and the check that makes an `Environment` of a `Program`."""
