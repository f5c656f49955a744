"""The instructions of the Dockerfile, by stage: the part of its language that this project uses."""

import json
import re
import shlex
from dataclasses import dataclass, field

_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Instruction:
    """An instruction, such as ``RUN``, and the text after it."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words of the text: those of a JSON list, or as the shell splits them."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


@dataclass
class Stage:
    """A stage of the build: the image that it begins with, its name, and its instructions."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def find_all(self, name: str) -> list[Instruction]:
        """Return the instructions called *name*."""
        return [instruction for instruction in self.instructions if instruction.name == name]

    def find_last(self, name: str) -> Instruction:
        """Return the last instruction called *name*, which is the one that counts."""
        return self.find_all(name)[-1]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that ``ENV`` sets."""
        pairs = (instruction.text.partition("=") for instruction in self.find_all("ENV"))
        return {name: value for name, _, value in pairs}

    @property
    def arguments(self) -> dict[str, str]:
        """The arguments of the build with their defaults, without quotes."""
        pairs = (instruction.text.partition("=") for instruction in self.find_all("ARG"))
        return {name: value.strip('"') for name, _, value in pairs}


def parse_dockerfile(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile; arguments before the first one are put into its base."""
    stages: list[Stage] = []
    defaults: dict[str, str] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(" ")
        if name == "FROM":
            base, _, stage_name = rest.partition(" AS ")
            stages.append(Stage(_VARIABLE.sub(lambda match: defaults[match[1]], base), stage_name))
        elif stages:
            stages[-1].instructions.append(Instruction(name, rest.strip()))
        else:
            key, _, value = rest.partition("=")
            defaults[key] = value
    return stages
