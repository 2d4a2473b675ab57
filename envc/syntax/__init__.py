"""From text to a `Program`, and back. Knows the shape of the language and no meaning."""
