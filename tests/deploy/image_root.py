"""The folders of an image: the Dockerfile's steps run with chroot in copies of a clean Debian.

Only root can do so, and only on Debian with ``debootstrap``. What it shows is that the steps work
and that the result runs as its user on a read-only root; not that a builder of images accepts the
file. The clean Debian has the packages ``python3`` and ``python3-venv`` in the place of the Python
of the image that the Dockerfile begins with.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.dockerfile import Instruction, Stage

_PACKAGES = "python3,python3-venv,ca-certificates"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MACHINE_FILES = (
    *("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"),
    *("etc/pip.conf", "etc/xdg/pip/pip.conf", "etc/xdg/pip/constraints.txt"),
)
"""Where this machine says how packages are reached; an image built elsewhere has its own."""

_KERNEL_FOLDERS = ("dev", "proc", "sys")

_ENTER = """
set -e
mount --rbind "$0" "$0"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
"""


def _ignore_kernel_folders(folder: str, names: list[str]) -> set[str]:
    """Return the folders at the top of a root whose content is the kernel's."""
    return set(_KERNEL_FOLDERS) & set(names) if Path(folder).name == "base" else set()


@dataclass
class ImageRoot:
    """Builds the stages of a Dockerfile below *folder*, from the files of *context*."""

    folder: Path
    context: Path

    def build(self, stages: list[Stage]) -> Path:
        """Run all stages, and return the root folder of the last one."""
        base = self._create_base()
        root = base
        for stage in stages:
            root = self.folder / (stage.name or "final")
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(base, root, symlinks=True, ignore=_ignore_kernel_folders)
            for name in _KERNEL_FOLDERS:
                (root / name).mkdir()
            work_folder = "/"
            for instruction in stage.instructions:
                if instruction.name == "WORKDIR":
                    work_folder = instruction.text
                    (root / work_folder.strip("/")).mkdir(parents=True, exist_ok=True)
                elif instruction.name == "COPY":
                    self._copy(instruction, root, work_folder)
                elif instruction.name == "RUN":
                    self._run(instruction.text, root, work_folder, stage)
        return root

    def _create_base(self) -> Path:
        """Create a clean Debian with Python under the name that the image has, unless it is there.

        Nothing is changed in it afterwards: each stage is a copy.
        """
        base = self.folder / "base"
        if (base / "usr/local/bin/python").is_symlink():
            return base
        command = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", "bookworm"]
        subprocess.run([*command, str(base)], check=True, stdout=subprocess.DEVNULL)
        (base / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        for name in _MACHINE_FILES:
            source, target = Path("/") / name, base / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.exists():
                target.unlink(missing_ok=True)  # a link would lead out of the folder
                shutil.copyfile(source, target)
        return base

    def _copy(self, instruction: Instruction, root: Path, work_folder: str) -> None:
        """Copy files of the context, or of an earlier stage, as ``COPY`` does."""
        words = instruction.words
        source_root = self.context
        if words[0].startswith("--from="):
            source_root = self.folder / words.pop(0).removeprefix("--from=")
        *sources, target_name = words
        target = root / os.path.join(work_folder, target_name).lstrip("/")  # noqa: PTH118 - an absolute name replaces the folder
        for name in sources:
            source = source_root / name.lstrip("/")
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=ignored)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target / source.name if target_name.endswith("/") else target)

    def _run(self, command: str, root: Path, work_folder: str, stage: Stage) -> None:
        """Run the command of ``RUN`` as root in the folder of the stage."""
        pip_settings = {name: value for name, value in os.environ.items() if "PIP_" in name[:4]}
        environment = {"PATH": _PATH, **pip_settings, **stage.arguments, **stage.environment}
        script = f'{_ENTER}exec /usr/sbin/chroot "$0" /bin/sh -c "$1"'
        inner = f"cd {work_folder} && {command}"
        launcher = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script]
        subprocess.run([*launcher, str(root), inner], env=environment, check=True)


def build_launcher(root: Path, volumes: dict[str, Path], user: str) -> list[str]:
    """Return the command that enters *root* read-only as *user*, with *volumes* and a /tmp."""
    owner, _, group = user.partition(":")
    binds = "".join(f'mount --bind "{path}" "$0{name}"\n' for name, path in volumes.items())
    script = (
        f'{_ENTER}{binds}mount -o remount,bind,ro "$0"\nmount -t tmpfs tmpfs "$0/tmp"\n'
        'root="$0"\nexec /usr/sbin/chroot "$root" /usr/bin/setpriv --no-new-privs '
        f'--bounding-set=-all --reuid={owner} --regid={group} --clear-groups "$@"'
    )
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, str(root)]
