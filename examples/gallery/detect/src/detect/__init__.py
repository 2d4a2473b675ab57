"""Object detection over HTTP."""
