"""Settings of the monitoring endpoints of a process that receives no requests of people."""

from pydantic import Field

from bot.retention_settings import RetentionSettings


class MonitoringSettings(RetentionSettings):
    """Where `worker` serves its health checks and metrics; `web` serves them on its own port."""

    worker_port: int = Field(default=3001, ge=0, le=65535)
