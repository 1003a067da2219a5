"""Matrix products in bfloat16 where the processor computes them in hardware, which saves time in training."""

from __future__ import annotations

import torch


def reduced_precision(device: str) -> torch.autocast:
    """A context for a forward pass: bfloat16 where ``device`` has it in hardware, else nothing changes.

    Weights and losses stay in float32.

    Args:
        device: a torch device.
    """
    kind = torch.device(device).type
    if kind == "cpu":
        known = torch.cpu.get_capabilities()
        able = bool(known.get("avx512_bf16") or known.get("amx_bf16"))
    else:
        able = kind == "cuda" and torch.cuda.is_bf16_supported()
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=able)
