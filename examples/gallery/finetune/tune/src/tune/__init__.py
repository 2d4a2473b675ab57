"""Supervised fine-tuning of a language model with adapters."""
