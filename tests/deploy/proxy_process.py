"""A proxy in front of the bot, run with the files of ``deploy`` on free loopback ports."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from tests.sources import ROOT

OUTPUT_NAME = "output"
NGINX_SETTINGS = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors.log info;
events {{}}
http {{
    access_log {folder}/access.log;
    gzip on;
    gzip_types application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/attune.conf;
}}
"""
"""A server that logs and compresses everything unless a location says otherwise."""


@dataclass
class ProxyProcess:
    """A running proxy: its address and the folder of its logs."""

    url: str
    folder: Path

    def read_logs(self) -> str:
        """Return all that the proxy has logged, its output included, where Caddy's errors go."""
        paths = [*sorted(self.folder.glob("*.log")), self.folder / OUTPUT_NAME]
        return "".join(path.read_text() for path in paths)


def write_nginx_files(folder: Path, port: int, bot_port: int) -> Path:
    """Write nginx's settings, with the project's server on *port*, and return their path.

    What differs from ``deploy/nginx.conf`` is what an operator adapts: the address, without TLS,
    the port of the bot, and the file of the log.
    """
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = text.replace("127.0.0.1:3000", f"127.0.0.1:{bot_port}")
    text = text.replace("/var/log/nginx/", f"{folder}/")
    (folder / "attune.conf").write_text(text, encoding="utf-8")
    settings = folder / "nginx.conf"
    settings.write_text(NGINX_SETTINGS.format(folder=folder), encoding="utf-8")
    return settings


def write_caddy_file(folder: Path, port: int, bot_port: int) -> Path:
    """Write Caddy's settings with an access log for what is not the bot's, and return the path."""
    text = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
    log = f"    log {{\n        output file {folder}/access.log\n    }}\n"
    text = text.replace("attune.your-clinic.example {\n", f"http://127.0.0.1:{port} {{\n{log}")
    text = text.replace("127.0.0.1:3000", f"127.0.0.1:{bot_port}")
    text = text.replace(
        "{\n    log default", "{\n    admin off\n    auto_https off\n    log default"
    )
    file = folder / "Caddyfile"
    file.write_text(text, encoding="utf-8")
    return file


@contextmanager
def run_proxy(command: list[str], folder: Path, port: int) -> Iterator[ProxyProcess]:
    """Run a proxy until the context is closed, from when it answers on *port*."""
    url = f"http://127.0.0.1:{port}"
    environment = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    with (folder / OUTPUT_NAME).open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        deadline = time.monotonic() + 30
        while not _is_listening(url):
            assert process.poll() is None, (folder / OUTPUT_NAME).read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield ProxyProcess(url, folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _is_listening(url: str) -> bool:
    """Return whether anything answers there, whatever its status."""
    try:
        urlopen(url, timeout=5).close()  # noqa: S310 - loopback
    except OSError as error:
        return hasattr(error, "code")
    return True
