"""The area of a circle, by many ranks."""
