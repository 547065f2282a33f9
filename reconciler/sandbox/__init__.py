"""A pretend Feishu Project over HTTP, written from the API pages alone; shares no code with the rest."""

from reconciler.sandbox.demo.space import demo_world
from reconciler.sandbox.http.app import create_app
from reconciler.sandbox.http.serving import Running, serve
from reconciler.sandbox.state.switches import Options, load_options
from reconciler.sandbox.state.world import World

__all__ = ["Options", "Running", "World", "create_app", "demo_world", "load_options", "serve"]
