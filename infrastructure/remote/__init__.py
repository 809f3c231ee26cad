"""Services on the network that draw pictures and charge for them: OpenAI's images and Stability's REST API.

A request goes out once (`client.py`), is tried again only where the service said that it did not take it
(`backend.py`), and its picture is fitted to the film's size without distorting it (`fitting.py`).
"""

from infrastructure.remote.backend import PictureBackend
from infrastructure.remote.openai import OpenAIImages, OpenAIOptions
from infrastructure.remote.stability import StabilityImages, StabilityOptions

__all__ = ["OpenAIImages", "OpenAIOptions", "PictureBackend", "StabilityImages", "StabilityOptions"]
