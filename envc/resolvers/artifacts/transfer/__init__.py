"""What all fetchers share: reading over HTTP with patience, folders in parallel, and the words for what goes wrong."""
