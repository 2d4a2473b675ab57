"""Pre-training with Megatron Core."""
