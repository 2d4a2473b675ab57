"""Pre-trains a model of GPT's kind; torchrun starts one process for each GPU."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import wandb
import yaml
from megatron.core import parallel_state, tensor_parallel
from megatron.core.models.gpt import GPTModel
from megatron.core.models.gpt.gpt_layer_specs import get_gpt_layer_with_transformer_engine_spec
from megatron.core.transformer import TransformerConfig


def model(said: dict[str, Any]) -> GPTModel:
    config = TransformerConfig(
        num_layers=said["layers"],
        hidden_size=said["width"],
        num_attention_heads=said["heads"],
        tensor_model_parallel_size=said["tensor_parallel"],
        bf16=True,
        params_dtype=torch.bfloat16,
        pipeline_dtype=torch.bfloat16,
    )
    made = GPTModel(
        config,
        get_gpt_layer_with_transformer_engine_spec(),
        vocab_size=said["vocabulary"],
        max_sequence_length=said["length"],
    )
    return made.cuda()


def batches(said: dict[str, Any]) -> Any:
    """Give stretches of the tokens, others to each group of ranks that shares a model."""
    tokens = np.memmap(Path(said["data"]) / "tokens.bin", dtype=np.uint16, mode="r")
    chance = np.random.default_rng(parallel_state.get_data_parallel_rank())
    while True:
        starts = chance.integers(0, len(tokens) - said["length"] - 1, said["batch"])
        rows = np.stack([tokens[start : start + said["length"] + 1] for start in starts])
        yield torch.from_numpy(rows.astype(np.int64)).cuda()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    said = yaml.safe_load(parser.parse_args().config.read_text(encoding="utf-8"))
    torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl")
    parallel_state.initialize_model_parallel(tensor_model_parallel_size=said["tensor_parallel"])
    tensor_parallel.model_parallel_cuda_manual_seed(1)
    first = dist.get_rank() == 0
    if first:
        wandb.init(project="pretrain", config=said)
    trained = torch.nn.parallel.DistributedDataParallel(
        model(said), process_group=parallel_state.get_data_parallel_group()
    )
    optimizer = torch.optim.AdamW(trained.parameters(), lr=said["learning_rate"], betas=(0.9, 0.95), fused=True)
    positions = torch.arange(said["length"], device="cuda")[None]
    for step, rows in zip(range(said["steps"]), batches(said), strict=False):
        loss = trained(rows[:, :-1], positions, None, labels=rows[:, 1:]).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if first and step % 20 == 0:
            wandb.log({"loss": loss.item()}, step=step)
    state = Path(said["output"]) / f"rank{dist.get_rank():04}.pt"
    torch.save(trained.module.state_dict(), state)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
