"""A pretend Feishu Project over HTTP, written from the API pages alone; imports nothing else of the package."""

from .app import create_app
from .demo import demo_world
from .options import Options, load_options
from .world import World

__all__ = ["Options", "World", "create_app", "demo_world", "load_options"]
