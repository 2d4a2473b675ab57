"""Serve a classifier of wines."""
