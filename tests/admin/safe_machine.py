"""A machine on which the tests' temporary folders are places where keys are safe."""

import os
import tempfile
from pathlib import Path

from bot.admin.key_location import Machine

SAFE_MACHINE = Machine("", Path(os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir()))
"""Without a mount in memory, and with the temporary folders below the user's home."""
