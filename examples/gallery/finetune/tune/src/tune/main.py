"""Fine-tunes with LoRA; each rank is one process, started by accelerate."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

from tune.settings import read_settings


class Heartbeat(TrainerCallback):
    """Writes a file at every step that is logged, which the container's health check looks at."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_log(self, _arguments: Any, state: Any, _control: Any, **_: Any) -> None:
        """Say that the training goes on, from one rank."""
        if state.is_world_process_zero:
            self.path.write_text(json.dumps({"step": state.global_step, "time": time.time()}), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    settings = read_settings(parser.parse_args().config)
    output = Path(settings.output)
    trainer = SFTTrainer(
        model=settings.model,
        train_dataset=load_dataset("json", data_files=settings.data, split="train"),
        peft_config=LoraConfig(r=settings.rank, target_modules="all-linear", task_type="CAUSAL_LM"),
        args=SFTConfig(
            output_dir=str(output),
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.batch,
            learning_rate=settings.learning_rate,
            max_length=settings.length,
            bf16=True,
            gradient_checkpointing=True,
            model_init_kwargs={"attn_implementation": "flash_attention_2", "torch_dtype": torch.bfloat16},
        ),
        callbacks=[Heartbeat(output / "heartbeat")],
    )
    trainer.train()
    trainer.save_model(str(output / "adapter"))


if __name__ == "__main__":
    main()
