"""A pretend Feishu Project over HTTP, written from the API pages alone; shares no code with the rest."""

from .app import create_app
from .command import Running, serve
from .demo import demo_world
from .options import Options, load_options
from .world import World

__all__ = ["Options", "Running", "World", "create_app", "demo_world", "load_options", "serve"]
