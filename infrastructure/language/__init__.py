"""Language models behind OpenAI's chat protocol: hosted ones, and Ollama, LM Studio, vLLM or llama.cpp nearby."""

from infrastructure.language.options import LanguageOptions, Patience
from infrastructure.language.writer import EndpointWriter

__all__ = ["EndpointWriter", "LanguageOptions", "Patience"]
