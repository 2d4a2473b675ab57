"""Engines make images and run them."""
