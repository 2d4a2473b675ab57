"""How many Dockerfiles a program of this language can say whole, and which needs the others have.

usage: python benchmarks/dockerfiles.py FOLDER [--list NEED]

Reads every file in FOLDER as a Dockerfile and finds by rule what it needs: each instruction and each command of a RUN
is held against the table of needs below. A need is met when the language has its word, and the word its field; it is
looked up in the declarations, not assumed. A Dockerfile is whole when all of its needs are met. What cannot be said by
design (`docs/refusals.md`) is counted apart: an answer exists there, but another one than the file's.

The rules see one file and not the scripts that it copies and calls, so the counts of needs are floors.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dockerfile_parse import DockerfileParser

from envc.declarations import words
from envc.language.fields import layout_of

#: Each need, and the word and the field that meet it. None: there is no such word; a text: refused, and what is said.
NEEDS: dict[str, tuple[str, ...] | str | None] = {
    "python or CUDA image": ("gpu",),
    "image that brings packages": ("base", "provides"),
    "image by a parameter": ("env", "takes"),
    "system packages": ("apt",),
    "archive of system packages": ("apt repository",),
    "other package manager": "yum, apk and zypper: envc installs from Debian and Ubuntu",
    "packages": ("pip",),
    "list of packages": ("pip", "from"),
    "package index": ("index", "for"),
    "page of wheels": ("index", "links"),
    "package from git": ("pip", "git"),
    "package from source": ("pip", "source"),
    "wheel by address": ("pip", "wheel"),
    "package without dependencies": ("pip", "without"),
    "package taken away": ("base", "provides"),
    "this project": ("project",),
    "conda": ("conda",),
    "tool by address": ("tool",),
    "source from git": ("source",),
    "build in the image": ("build",),
    "toolchain": ("toolchain",),
    "file of another image": ("copy", "from"),
    "stage of its own": ("stage",),
    "files": ("copy",),
    "variables": ("set",),
    "build argument": ("arg",),
    "labels": ("labels",),
    "ports": ("expose",),
    "working directory": ("workdir",),
    "user": ("user",),
    "volume": ("data", "mounted"),
    "command": ("run",),
    "health": ("health",),
    "check": ("check",),
    "patch": ("patch",),
    "secret": ("secret",),
    "data or weights": ("weights",),
    "Jupyter": ("use",),
    "stop signal": None,
    "condition in a step": "two environments, `on PLATFORM` or `takes`",
    "ssh daemon": "`launch` starts the ranks",
    "script piped into a shell": "`tool NAME VERSION from URL sha256 …`",
    "trigger for others": "ONBUILD: a module",
    "rights for everyone": "sudo without a password, chmod 777: `user`, writable folders",
}

#: Images by their names; the first that fits. Any other brings packages of its own.
_IMAGES = (
    (r".*\$.*", "image by a parameter"),
    (
        r"(docker\.io/)?(library/)?(nvidia/cuda|python|ubuntu|debian|buildpack-deps|scratch)|nvcr\.io/nvidia/cuda",
        "python or CUDA image",
    ),
    (r".*(alpine|centos|fedora|amazonlinux|rockylinux|windows|/ubi[0-9]).*", "other package manager"),
    (r"(docker\.io/)?(library/)?(golang|node|rust|maven|openjdk)", "toolchain"),
    (r".*", "image that brings packages"),
)
#: Instructions but FROM, RUN, COPY and ADD.
_INSTRUCTIONS = {
    "ARG": "build argument",
    "ENV": "variables",
    "LABEL": "labels",
    "EXPOSE": "ports",
    "WORKDIR": "working directory",
    "USER": "user",
    "VOLUME": "volume",
    "CMD": "command",
    "ENTRYPOINT": "command",
    "HEALTHCHECK": "health",
    "STOPSIGNAL": "stop signal",
    "ONBUILD": "trigger for others",
}
_PYTHON = r"(\S*/)?python[0-9.]*( -\w+)*"
_NEEDLESS = (
    r"(set|true|:|echo|cat|ls|pwd|env|printenv|which|whoami|date|sleep|ldconfig|sync|exit|export|source|\.|unset"
    r"|test|\[|eval|id|hash|df|du|grep|egrep|head|tail|cut|tr|sort|xargs|awk|wc|yes|uname|nproc|dpkg -l"
    r"|lsb_release|printf|update-ca-certificates|locale-gen|update-locale|dpkg-reconfigure|apt-mark|debconf-set-selections|sha256sum"
    r"|nvidia-smi|nvcc --version|\S*python\S* (--version|-V)|sccache|(ba)?sh|/bin/(ba)?sh)(\s|$)"
)
_FILES = (
    r"(mkdir|cp|mv|ln|touch|chown|chmod|chgrp|install|find|tee|truncate|cd|pushd|popd|rsync|update-alternatives"
    r"|strip|setfacl|fix-permissions)\b"
)
#: Commands; the first that fits. None: nothing is left of it in a program, for envc does it or nobody needs it.
_COMMANDS: tuple[tuple[str, str | None], ...] = (
    (r"(if|for|while|case|elif|function)\b", "condition in a step"),
    (r"fi\b|done\b|esac\b|\}|in\b|[A-Za-z_]\w*=\S*$", None),
    (
        r".*(openssh-server|sshd_config|ssh-keygen|/var/run/sshd|/\.ssh|ssh_config|service ssh|pam\.d/sshd)",
        "ssh daemon",
    ),
    (r"(apt-get|apt|aptitude|apt-install|clean-layer|gdebi)\b", "system packages"),
    (r"rm\b|.*(deadsnakes|nvidia\.com|cuda-keyring|universe)", None),
    (r"(add-apt-repository|apt-key|gpg)\b|.*(sources\.list|trusted\.gpg|keyrings?/)", "archive of system packages"),
    (r"(yum|dnf|apk|zypper|microdnf|tdnf|pacman|brew|alternatives)\b", "other package manager"),
    (r"(\S*/)?(conda|mamba|micromamba) .*\b(install|create|update|env)\b", "conda"),
    (r"(\S*/)?(conda|mamba|micromamba)\b|.*(get-pip|miniconda|miniforge|mambaforge|micromamba)", None),
    (r"(wget|curl).*\|.*(rustup|nodesource)|(wget|curl).*(rustup|nodesource).*\|", "toolchain"),
    (r"(wget|curl).*(gpg|\.asc|\.key|apt).*\|", "archive of system packages"),
    (r"(wget|curl).*astral\.sh", None),
    (r"(wget|curl).*\| *(sudo )?(-E )?\S*sh\b", "script piped into a shell"),
    (
        r"(wget|curl|aria2c).*(model|weights|data|checkpoint).*\.(pth?|ckpt|onnx|safetensors|h5|gz|zip|bin|json|npz)\b",
        "data or weights",
    ),
    (r"(wget|curl|aria2c|axel)\b", "tool by address"),
    (r"git (apply|am)\b|(sed|patch) .*(site|dist)-packages", "patch"),
    (r"git (config|lfs|--version|rev-parse|log)", None),
    (r"git\b", "source from git"),
    (r".*NOPASSWD|chmod (-R )?(a\+rwx|0?777)", "rights for everyone"),
    (r"(useradd|adduser|groupadd|addgroup|usermod|groupmod|passwd|chpasswd|userdel|chsh)\b", "user"),
    (r"(rustup|nvm|npm install -g|corepack)\b", "toolchain"),
    (rf"{_PYTHON} -c .*(download|from_pretrained|load_dataset|snapshot)", "data or weights"),
    (rf"{_PYTHON} -c\b", "check"),
    (rf"{_PYTHON} -m (venv|virtualenv|compileall|ensurepip)|virtualenv\b", None),
    (
        rf"{_PYTHON} (-m )?\S*(download|spacy)|(huggingface-cli|hf|gsutil|aws s3|gcloud|kaggle|gdown)\b",
        "data or weights",
    ),
    (r"jupyter\b", "Jupyter"),
    (_NEEDLESS, None),
    (_FILES, None),
    (r".+", "build in the image"),  # whatever is run there: what it makes is named and kept
)
_VARIABLE = r"\$\{?\w*(PIP|PYTHON)\w*\}?( -m pip)?"
_PIP = rf"(\S*/)?(pip[0-9.]*|uv|poetry|pipenv|pdm|{_PYTHON} -m pip|easy_install|pipx|{_VARIABLE})\s"
#: What stands among the arguments of an installation.
_PIP_ARGUMENTS = (
    (r"\s(-r|--requirements?)[ =]?|\buv sync\b|poetry install|pipenv (install|sync)", "list of packages"),
    (r"git\+", "package from git"),
    (r"\S+\.whl\b", "wheel by address"),
    (r"--no-deps|--ignore-installed", "package without dependencies"),
    (r"\s(-f|--find-links)[ =]", "page of wheels"),
    (r"--(extra-)?index-url|\s-i\s", "package index"),
    (r"--no-build-isolation|--no-binary|--global-option|--config-settings", "package from source"),
    (
        r"\s(-e\s|[\"']?(\./?|/|\$\{?\w+\}?/)[^\s\"']*(?<!\.txt)(?<!\.whl)(?<!\.toml)(\[[^\]]*\])?[\"']?(\s|$))",
        "this project",
    ),
)


#: A command that a shell puts in, a quoted text, a heredoc's mark.
_SUBSTITUTION = re.compile(r"\$\([^()]*(?:\([^()]*\)[^()]*)*\)|`[^`]*`")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'", re.DOTALL)


def commands_of(script: str) -> Iterator[str]:
    """Yield the commands of a shell script, split at the operators that shells know; a piped one ends with ` |`."""
    script = re.sub(r"(?m)^\s*#.*\n?", "", script)
    script = re.sub(r"\\\s*\n", " ", script)
    script = _SUBSTITUTION.sub("VALUE", script)
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return f"\0{len(held) - 1}\0"

    script = _QUOTED.sub(hold, script)
    for chain in re.split(r"&&|\|\||;|\n|(?<![>&])&(?![>&])|[()]", script):
        parts = [re.sub(r"\0(\d+)\0", lambda match: held[int(match[1])], part).strip() for part in chain.split("|")]
        if len(parts) > 1 and re.match(r"(curl|wget)\b", parts[0]):
            yield " | ".join(parts)
        else:
            yield from (part for part in parts if part)


def needs_of_command(text: str) -> Iterator[str]:
    """Yield the needs of a command."""
    text = re.sub(
        r"^((sudo( -\w+)*|time|exec|env|then|else|do|\{|!|--\w+(=\S*)?|[A-Za-z_]\w*=(\"[^\"]*\"|'[^']*'|\S*))\s+)+",
        "",
        text,
    )
    if re.match(_PIP, text):
        yield from _needs_of_pip(text)
        return
    need = next((need for pattern, need in _COMMANDS if re.match(pattern, text, re.DOTALL)), None)
    if need:
        yield need


def _needs_of_pip(text: str) -> Iterator[str]:
    if re.search(r"\buninstall\b", text):
        yield "package taken away"
    elif re.search(r"\b(install|sync|download|wheel|add)\b", text):
        yield "packages"
        yield from (need for pattern, need in _PIP_ARGUMENTS if re.search(pattern, text))


def needs_of(path: Path) -> tuple[set[str], list[str]]:
    """Return the needs of a Dockerfile, and the commands that would be steps of a `build`."""
    needs: set[str] = set()
    steps: list[str] = []
    stages: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_bytes(path.read_bytes())
        structure = DockerfileParser(folder).structure
    for instruction in structure:
        name, value = instruction["instruction"].upper(), instruction["value"].strip()
        if name == "RUN":
            for command in commands_of(_script(instruction["content"], value)):
                found = set(needs_of_command(command))
                needs |= found
                steps += [command] if "build in the image" in found else []
        elif name == "FROM":
            needs |= set(_needs_of_from(value, stages))
        elif name in {"COPY", "ADD"}:
            needs.add(_need_of_copy(name, value, stages))
        elif name in _INSTRUCTIONS:
            needs.add("ssh daemon" if "sshd" in value else _INSTRUCTIONS[name])
    return needs, steps


def _script(content: str, value: str) -> str:
    heredoc = re.search(r"<<-?\s*['\"]?(\w+)['\"]?[^\n]*\n(.*?)\n\1", content, re.DOTALL)
    if heredoc:
        return heredoc[2]
    exact = re.match(r"\s*\[(.*)\]\s*$", value, re.DOTALL)
    return " ".join(re.findall(r'"([^"]*)"', exact[1])) if exact else value


def _needs_of_from(value: str, stages: set[str]) -> Iterator[str]:
    parts = [part for part in value.split() if not part.startswith("--")]
    image = parts[0].lower()
    if image not in stages:
        name = (
            re.sub(r"(?<=[a-z0-9}])(:[^/]*|@.*)$", "", parts[0]) if "$" not in parts[0].partition(":")[0] else parts[0]
        )
        yield next(need for pattern, need in _IMAGES if re.fullmatch(pattern, name))
    if len(parts) > 2:
        stages.add(parts[2].lower())


def _need_of_copy(name: str, value: str, stages: set[str]) -> str:
    source = re.search(r"--from=(\S+)", value)
    if source:
        own = source[1].lower() in stages or source[1].isdigit()
        return "build in the image" if own else "file of another image"
    if name == "ADD" and re.search(r"git@|\.git\b", value):
        return "source from git"
    return "tool by address" if name == "ADD" and "://" in value else "files"


def is_met(need: str) -> bool:
    """Say whether the language has the word of a need, and the word its field."""
    word = NEEDS[need]
    if not isinstance(word, tuple):
        return False
    name, *fields = word
    first, _, second = name.partition(" ")
    found = words.find(first)
    if found is None:
        return False
    layouts = [layout_of(found)]
    layouts += [layout_of(entries[1].model)] if (entries := layouts[0].entries) else []
    known = {word for layout in layouts for word in layout.words}
    known |= {word for layout in layouts for _, keyword in layout.keywords.values() for word in keyword.first}
    wanted = [*([second] if second else ()), *fields]
    return all(one in known for one in wanted)


def main() -> int:
    """Print the counts."""
    folder = Path(sys.argv[1])
    listed = sys.argv[3] if len(sys.argv) > 3 else None
    needs_by_file: dict[str, set[str]] = {}
    for path in sorted(folder.iterdir()):
        needs, unknown = needs_of(path)
        if needs & {
            "python or CUDA image",
            "image that brings packages",
            "image by a parameter",
            "other package manager",
            "toolchain",
        }:
            needs_by_file[path.name] = needs
        if listed in needs:
            print(path.name, *unknown, sep="\n    ")
    met = {need for need in NEEDS if is_met(need)}
    refused = {need for need, word in NEEDS.items() if isinstance(word, str)}
    whole = [name for name, needs in needs_by_file.items() if needs <= met]
    answered = [name for name, needs in needs_by_file.items() if needs <= met | refused]
    print(f"{len(needs_by_file)} Dockerfiles: {len(whole)} whole, {len(answered)} with what is refused on purpose")
    counts = Counter(need for needs in needs_by_file.values() for need in needs)
    alone = Counter(next(iter(needs - met)) for needs in needs_by_file.values() if len(needs - met) == 1)
    for need, count in counts.most_common():
        state = "met" if need in met else "refused" if need in refused else "not met"
        print(f"{count:5} {state:8} {need}" + (f" (alone in {alone[need]})" if alone[need] else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
