"""Fetches everything that a build needs into a folder: wheels, system packages, images. One file a kind."""
