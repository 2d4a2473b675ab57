"""Lists of packages that people have already: one file a format, from a text to entries with places. Pure."""
