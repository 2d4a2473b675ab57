"""Train a classifier of wines."""
