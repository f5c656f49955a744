"""Settings of the HTTP server for health checks and metrics of a ``worker`` process."""

from pydantic import Field

from bot.retention_settings import RetentionSettings


class MonitoringSettings(RetentionSettings):
    """TCP port on which ``worker`` serves health checks and metrics, 0 for any free one.

    A ``web`` process serves these routes on the port of its other requests.
    """

    worker_port: int = Field(default=3001, ge=0, le=65535)
