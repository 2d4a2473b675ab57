"""How many Dockerfiles a program of this language can say whole, and which needs the others have.

usage: python -m benchmarks.dockerfiles FOLDER [--repositories FOLDER] [--clones FOLDER] [--list NEED]

Reads every file in FOLDER as a Dockerfile and finds by rule what it needs: each instruction and each command of a RUN
is held against the table of needs below. A need is met when the language has its word, and the word its field; it is
looked up in the declarations, not assumed. A Dockerfile is whole when all of its needs are met; one that asks its build
arguments what to install is several environments of one program, and counted apart. What cannot be said by design
(`docs/refusals.md`) is counted apart, too: an answer exists there, but another one than the file's. Some of it has
another form that gives the same, and files that are whole with that are counted by themselves; the rest is what an
image is for.

A script of the project that a RUN runs is read where the repository is at hand: `--repositories` is a folder of git
directories, and a Dockerfile is named for its place in one of them, `OWNER__NAME__folder__Dockerfile` in `OWNER__NAME`.
What such a script does is held against the same table, and what the scripts and Makefiles do that it runs; a script
that is not found stays a need that is not met.

So are scripts and Makefiles of what is cloned: `--clones` is a folder of git directories, `OWNER__NAME` for
`https://github.com/OWNER/NAME`. The newest commit that is at hand stands for the one that is cloned: what its scripts
do may have changed between them.

The rules see commands. What a program fetches by itself while it is built (CMake's FetchContent, a `pip install` inside
a `CMakeLists.txt`) they do not see, and a build of this language has no network: such a file is counted whole though
each of those has to be said as a `source`.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dockerfile_parse import DockerfileParser

from benchmarks.dockerfile_commands import (
    STARTS_SSH,
    bare,
    commands_of,
    environment_of,
    inner_of,
    installs_packages,
    needs_of_command,
)
from benchmarks.dockerfile_scripts import (
    Repository,
    Script,
    call_of,
    call_of_make,
    called_functions,
    clone_of,
    commands_in_makefile,
    commands_in_python,
    commands_in_shell,
    repository_of,
    with_values,
)
from envc.declarations import words
from envc.language.fields import layout_of, literals

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
    "another Python beside": None,
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
    "stop signal": ("run", "stop"),
    "condition on a build argument": ("env", "from"),
    "condition on the platform": ("on",),
    "condition on what is there": ("build",),
    "folders to look in": ("path",),
    "packages of Rust, Go or Node": ("build", "fetches"),
    "build upon a build": ("build", "after"),
    "build of the project's own files": ("build", "project"),
    "script of the project": None,
    "file of a package manager": ("apt", "from"),
    "packages of R": "`conda r-base r-NAME`, as conda-forge has CRAN's",
    "packages of R from elsewhere": None,
    "packages of Julia": None,
    "packages of Bazel or Java": None,
    "image without Python": '`copy "PROGRAM" from image …`, beside a Python',
    "image of nothing": "an environment has a Python: leave `base` out",
    "image past its age": "Python before 3.7, CUDA before 11: a newer one",
    "installer of OFED": "`fabric infiniband`: the distribution's libraries",
    "installer of EFA": '`fabric efa`, and `copy "/opt/amazon" from image …`',
    "ssh beside the work": "`launch` starts the ranks, `envc run --shell` opens a shell",
    "ssh daemon": "nothing in Kubernetes starts MPI's ranks, and nobody logs into a container",
    "script piped into a shell": "`tool NAME VERSION from URL sha256 …`",
    "trigger for others": "ONBUILD: a module",
    "rights for everyone": "sudo without a password, chmod 777: `user`, writable folders",
}

#: What is refused and has a form that gives the same: the other refusals are of what an image is for.
ANOTHER_FORM = frozenset(
    {
        "image without Python",
        "installer of EFA",
        "installer of OFED",
        "packages of R",
        "rights for everyone",
        "script piped into a shell",
        "ssh beside the work",
    }
)
#: Needs that several environments of one program meet, one for each case.
SEVERAL = frozenset({"condition on a build argument"})

#: Images by their names; the first that fits. Any other brings packages of its own.
_IMAGES = (
    (r".*\$.*", "image by a parameter"),
    (r"scratch|.*distroless.*", "image of nothing"),
    (r"(.*/)?(tensorflow/serving|nginx|busybox)", "image without Python"),
    (
        r"(docker\.io/)?(library/)?(nvidia/cuda|python|ubuntu|debian|buildpack-deps)|nvcr\.io/nvidia/cuda",
        "python or CUDA image",
    ),
    (r".*(alpine|centos|fedora|amazonlinux|rockylinux|windows|/ubi[0-9]).*", "other package manager"),
    (r"(docker\.io/)?(library/)?(golang|node|rust|maven|openjdk)|(.*/)?cargo-chef", "toolchain"),
    (r".*", "image that brings packages"),
)
#: Images with a Python that nothing installs into any more, with a CUDA whose systems run no newer Python, or with a
#: system before Ubuntu 18.04, whose C library takes no program of today.
_PAST = (
    r"(\S*/)?(python:(2|3\.[0-6])\b|nvidia/cuda:(\d|10)\.|tensorflow/tensorflow:1\.|pytorch/pytorch:[01]\.[0-6](?![0-9])"
    r"|nvidia/(pytorch|tensorflow):(19\.|20\.(0|10|11))|\S*ubuntu:?1[0-6]\.).*"
)
#: Systems that are nothing to an image whose other stages only fetch with them, and what such stages do.
_SYSTEMS = frozenset({"other package manager", "image without Python"})
_FETCHED = frozenset(
    {
        "source from git",
        "tool by address",
        "data or weights",
        "files",
        "build argument",
        "variables",
        "working directory",
    }
)
#: What fetches a file, and what a Python script loads from elsewhere.
_FETCHES = re.compile(r"(curl|wget|aria2c)\b")
_LOADS = r"from_pretrained|load_dataset|snapshot_download|hf_hub_download|torch\.hub|urlretrieve.*model"
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


@dataclass(frozen=True)
class _Home:
    """Where a script that is read lies, for what it runs: its repository, and its folder there."""

    repository: Repository | None
    folder: str = ""


@dataclass
class _Reading:
    """What is read of one Dockerfile, instruction by instruction."""

    names: frozenset[str]
    repository: Repository | None
    defaults: dict[str, str] = field(default_factory=dict)
    clones_at_hand: Path | None = None
    clones: list[Repository] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    stages: list[tuple[str, str, set[str]]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    folder: str = "/"
    fetched: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)

    def note(self, *needs: str) -> None:
        """Note needs, and the stage that has them."""
        self.needs.update(needs)
        if not self.stages:  # arguments of the images
            self.stages.append(("", "", set()))
        self.stages[-1][2].update(needs)

    def all_needs(self) -> set[str]:
        """Return the needs of all stages but what only stages have that the image does not stand on.

        A stage that fetches or brings files has a system that is nothing to the image.
        """
        chain = {len(self.stages) - 1}
        for place in range(len(self.stages) - 1, -1, -1):
            chain |= {one for one in range(place) if place in chain and self.stages[one][0] == self.stages[place][1]}
        found: set[str] = set()
        for place, (_, _, needs) in enumerate(self.stages):
            beside = place not in chain
            nothing = {"image of nothing"} if beside else set()
            found |= needs - nothing - (_SYSTEMS if beside and needs <= _SYSTEMS | _FETCHED else set())
        return found

    def run(self, script: str) -> None:
        """Read the commands of a RUN."""
        if re.match(r"(--\S+\s+)*--mount=\S*type=secret", script):
            self.note("secret")
        if self.repository:
            script = self.repository.mounts(script, self.folder)
        self._commands(script, self.names, self._is_cloned(script), _Home(self.repository), self.folder)

    def setting(self, name: str, value: str) -> None:
        """Read an instruction that sets something."""
        self.note(_INSTRUCTIONS[name])
        if name == "ENV":
            self.values |= _values_of(value)
            if re.search(r"(PATH)[ =]\"?.*\$\{?\1\b", value):
                self.note("folders to look in")
        if name == "WORKDIR":
            self.folder = posixpath.join(self.folder, with_values(value.strip("\"'"), self.values))

    def clone(self, name: str, folder: str) -> None:
        """Note that a repository is cloned to a folder, if it is at hand."""
        if self.clones_at_hand and (self.clones_at_hand / name).exists():
            self.clones.insert(0, Repository(self.clones_at_hand / name, "", [("", f"{folder}/")]))

    def scripts_of(self, commands: list[str]) -> Iterator[str]:
        """Yield the texts of the project's scripts that commands of the image run, without comments."""
        for command in commands if self.repository else ():
            for word in re.findall(r"[^\s\"',\[\]]+", command):
                guessing = re.search(r"\.(sh|bash)$", word) is not None
                script = self._find(word, self.folder, _Home(self.repository), guessing)
                yield re.sub(r"(?m)(^|\s)#.*", "", script.text) if script else ""

    def _find(self, name: str, folder: str, home: _Home, guessing: bool) -> Script | None:
        """Return the script of that name: the one that lies there, one of the project, or the only one of a clone."""
        name = with_values(name, self.values)
        placed = next((script for one in self.clones if (script := one.at(name, folder))), None)
        own = home.repository.find(name, folder, home.folder, guessing) if home.repository else None
        if placed or own or posixpath.basename(name) == "Makefile":
            return placed or own
        path = posixpath.normpath(name)
        having = {one.folder: one for one in self.clones if path in one.paths}
        return next(iter(having.values())).script(path) if len(having) == 1 else None

    def _is_cloned(self, script: str) -> bool:
        return "source from git" in self.needs or re.search(r"git clone|\btar\b|unzip|zipfile", script) is not None

    def _is_fetched(self, name: str) -> bool:
        return any(address.endswith(name) for address in self.fetched)

    def _commands(self, script: str, names: frozenset[str], cloned: bool, within: _Home, folder: str) -> None:
        """Read commands. A script that is not found is a step of a build when it may be one of a clone."""
        folders = [folder]
        for written in commands_of(script):
            command, text = written, bare(written)
            alias = re.match(r"\$\{?(\w+)\}?\s", text)
            if alias and " " in self.defaults.get(alias[1], ""):  # an argument that holds the beginning of a command
                command = text = self.defaults[alias[1]] + text[alias.end() - 1 :]
            self.fetched |= set(re.findall(r"\S+\.(?:sh|bash|py|deb)\b", text)) if _FETCHES.match(text) else set()
            if inner := inner_of(text):
                self._commands(inner, names, cloned, within, folder)
                continue
            folder = self._folder_after(text, folders)
            if cloning := clone_of(text, self.values):
                self.clone(cloning[0], posixpath.normpath(posixpath.join("/", folder, cloning[1])))
            made = call_of_make(text)
            if made and self._read_makefile(*made, names, within, folder):
                continue
            called = call_of(text)
            if called and self._read_script(*called, names, cloned, within, folder):
                continue
            for need in needs_of_command(command, names):
                told = self._told(need, command, posixpath.basename(called[0]) if called else "", cloned)
                self.note(told)
                self.steps += [command] if told == "build in the image" else []

    def _told(self, need: str, command: str, script: str, cloned: bool) -> str:
        """Return what a need of a command is, by what was fetched and cloned before."""
        if need == "script":
            if self._is_fetched(script):  # by way of a file
                return "script piped into a shell"
            step = cloned and "install" not in command  # what a script of that name brings is not seen either
            return "build in the image" if step else "script of the project"
        if need == "file of a package manager" and not self._is_fetched(".deb"):
            return "build in the image"  # it was made there: what it holds is kept as other results are
        return need

    def _folder_after(self, text: str, folders: list[str]) -> str:
        """Return the folder that a shell is in after a command: `folders` are those that it has been in."""
        if re.match(r"popd\b|cd -(\s|$)", text):
            folders.append(folders[-2] if len(folders) > 1 else folders[-1])
        elif re.match(r"(cd|pushd) \S", text):
            goes = with_values(text.split()[1].strip("\"'"), self.values)
            folders.append(posixpath.normpath(posixpath.join(folders[-1], goes)))
        return folders[-1]

    def _read_makefile(self, place: str, targets: list[str], names: frozenset[str], within: _Home, folder: str) -> bool:
        """Read the recipes of a Makefile of the project or of a clone; say whether there is one."""
        folder = posixpath.join(folder, place)
        script = self._find("Makefile", folder, within, guessing=False)
        if script is None:
            return False
        within = _Home(script.repository, posixpath.dirname(script.path))
        text = script.text
        for name in re.findall(r"(?m)^-?include +([\w./-]+)$", text):
            other = script.repository.find(name, folder, within.folder, guessing=False)
            text += f"\n{other.text}" if other else ""
        recipes = commands_in_makefile(text, targets)
        key = f"{script.repository.folder} {script.path}: {' '.join(targets)}"
        if key not in self.scripts:
            self.scripts.add(key)
            self._commands(recipes, names, self._is_cloned(recipes), within, folder)
            self._build_of_clone(script)
        return True

    def _build_of_clone(self, script: Script) -> None:
        """Note that a script or a Makefile of a clone builds it, however it does: `eval` is not seen through."""
        if script.repository in self.clones:
            self.note("build in the image")
            self.steps.append(script.path)

    def _read_script(
        self, name: str, given: str, names: frozenset[str], cloned: bool, within: _Home, folder: str
    ) -> bool:
        """Read the commands of a script of the project or of a clone; say whether it was found."""
        guessing = not cloned and not self._is_fetched(posixpath.basename(name))
        script = self._find(name, folder, within, guessing)
        if script is None:
            return False
        called = called_functions(script.text, given) if not script.path.endswith(".py") else None
        key = f"{script.repository.folder} {script.path}: {' '.join(sorted(called or ()))}"
        if key in self.scripts:
            return True
        self.scripts.add(key)
        if script.repository in self.clones:  # what it asks of its arguments is the clone's own affair
            names = frozenset()
        elif set(re.findall(r"\w+", given)) & names:
            names |= frozenset("123456789")
        within = _Home(script.repository, posixpath.dirname(script.path))
        if script.path.endswith(".py"):
            # what it asks of its arguments is not read: that it has those of the build says that it asks
            asks = {
                "condition on a build argument": "1" in names and " if " in script.text,
                "data or weights": re.search(_LOADS, script.text),
                "tool by address": re.search(r"urlopen|urlretrieve|requests\.get", script.text),
            }
            self.note(*(need for need, asked in asks.items() if asked))
            self._commands("\n".join(commands_in_python(script.text)), names, cloned, within, folder)
            self.steps.append(script.path)
            self.note("build in the image")
        else:
            text, functions = commands_in_shell(script.text, called)
            names |= _set_from(re.findall(r"(\w+)=\"?\$\{?(\w+)", text), names)
            kept = [one for one in commands_of(text) if bare(one).split()[:1] not in [[name] for name in functions]]
            if any(re.match(r"apt(-get)? ", bare(one)) for one in kept):  # it asks which one there is
                kept = [one for one in kept if not re.match(r"(yum|dnf|apk|zypper|microdnf)\b", bare(one))]
            self._commands("\n".join(kept), names, cloned or self._is_cloned(text), within, folder)
            self._build_of_clone(script)
        return True


def needs_of(path: Path, repositories: Path | None = None, clones: Path | None = None) -> tuple[set[str], list[str]]:
    """Return the needs of a Dockerfile, and the commands that would be steps of a `build`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_text(_without_heredocs(path.read_text("utf-8", "replace")), "utf-8")
        read = [(one["instruction"].upper(), one["value"].strip()) for one in DockerfileParser(folder).structure]
    stages: dict[str, str] = {}
    arguments = _arguments_of([value for name, value in read if name == "ARG"])
    set_to = [one for name, value in read if name == "ENV" for one in re.findall(r"(\w+)=\"?\$\{?(\w+)", value)]
    names = frozenset(arguments)
    reading = _Reading(names | _set_from(set_to, names), _repository_of(path.name, repositories), arguments, clones)
    reading.values |= arguments
    for name, value in read:
        if name == "RUN":
            reading.run(_script(value))
        elif name == "FROM":
            parts = [part for part in value.split() if not part.startswith("--")]
            base = _with_arguments(parts[0].strip('"'), arguments).lower()
            reading.stages.append((parts[2].lower() if len(parts) > 2 else "", base, set()))
            reading.note(*_needs_of_from(parts, stages, arguments))
        elif name in {"COPY", "ADD"}:
            reading.note(_need_of_copy(name, value, stages))
            if reading.repository and "--from" not in value:
                reading.note(*_clones_copied(value, reading, reading.repository))
                reading.repository.copies(value, reading.folder)
            reading.fetched |= set(re.findall(r"://\S+\.(?:sh|bash|py|deb)\b", value))
        elif name in _INSTRUCTIONS:
            reading.setting(name, value)
    needs = reading.all_needs()
    if _is_for_ssh(read, needs, reading):
        needs = needs - {"ssh beside the work"} | {"ssh daemon"}
    if _has_another_python([_script(value) for name, value in read if name == "RUN"], reading.values):
        needs = needs | {"another Python beside"}
    return needs | set(_needs_of_steps(reading.steps, needs)), reading.steps


def _has_another_python(scripts: list[str], values: dict[str, str]) -> bool:
    """Say whether an image has several environments of Python, each with packages of its own.

    That is two that its commands make, or one that none of them ever enters where packages lie outside. What scripts
    make is not read. One that holds only what installs packages is no other.
    """
    made: list[str] = []
    outside = False
    commands = [bare(with_values(command, values)) for script in scripts for command in commands_of(script)]
    for command in commands:
        place = environment_of(command)
        if place is None:
            outside = outside or (not made and installs_packages(command))
        elif place not in made:
            made.append(place)
    if len(made) == 1 and outside and re.fullmatch(r"[\w.-]+", made[0]):
        enters = rf"(activate|envs/|-n|--name)[ /]*{re.escape(made[0])}\b"
        return not any(re.search(enters, command) for command in commands if environment_of(command) is None)
    return len(made) > 1


def _is_for_ssh(read: list[tuple[str, str]], needs: set[str], reading: _Reading) -> bool:
    """Say whether a container is there to be reached by ssh: then no other form gives the same.

    Most files only configure it beside their work, for MPI or DeepSpeed to start ranks by, or for somebody to log in.
    Slurm starts MPI's ranks without it, Kubernetes PyTorch's, and a shell is opened from outside. Three kinds need it:
    a file whose command is the daemon, or a script that starts it; one that adds nothing but ssh to an image; and one
    beside a manifest of the MPI Operator, which reaches its workers by ssh and has no other form.
    """
    commands = [value for name, value in read if name in {"CMD", "ENTRYPOINT"}]
    if any(map(STARTS_SSH.search, commands)):
        return True
    if "ssh beside the work" not in needs:  # a script that may start one where it is installed later has other work
        return False
    if any(map(STARTS_SSH.search, reading.scripts_of(commands))):
        return True
    installed = {
        package
        for name, value in read
        if name == "RUN"
        for words in re.findall(r"apt(?:-get)? [^&;|]*?install\s([^&;|]*)", value)
        for package in re.findall(r"(?:^|\s)(\w[\w.+-]*)", words)
    }
    images = {"python or CUDA image", "image that brings packages", "image by a parameter"}
    besides = needs - images - {"ssh beside the work", "system packages", "build argument", "labels", "ports"}
    if not besides and all("ssh" in package for package in installed):
        return True
    return reading.repository is not None and reading.repository.is_beside(r"kind: *[\"']?MPIJob")


def _clones_copied(value: str, reading: _Reading, repository: Repository) -> Iterator[str]:
    """Note the folders of a COPY that are clones of other repositories, and yield what they need."""
    words = [word.strip("\"',[]") for word in value.split() if not word.startswith("--")]
    for source in words[:-1]:
        address = repository.cloned_beside(source)
        name = repository_of(address) if address else None
        if name:
            yield "source from git"
            reading.clone(name, posixpath.normpath(posixpath.join("/", reading.folder, words[-1])))


def _values_of(value: str) -> dict[str, str]:
    """Return the values that an ENV sets."""
    found = re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", value) or re.findall(r"(\w+)\s+(.*)", value)
    return {name: text.strip("\"'") for name, text in found if f"${name}" not in text and f"${{{name}" not in text}


def _set_from(set_to: list[tuple[str, str]], names: frozenset[str]) -> frozenset[str]:
    """Return the variables that are set from one of those names."""
    return frozenset(name for name, source in set_to if source in names)


def _repository_of(name: str, repositories: Path | None) -> Repository | None:
    """Return the repository of a file `OWNER__NAME__path__of__it` in a folder of git directories `OWNER__NAME`."""
    if repositories is None:
        return None
    owner, of, rest = name.split("__", 2)
    repository = Repository(repositories / f"{owner}__{of}", "")
    repository.dockerfile = next((path for path in repository.paths if path.replace("/", "__") == rest), "")
    return repository


def _needs_of_steps(steps: list[str], needs: set[str]) -> Iterator[str]:
    """Yield what is built of the project's own files, and whether something is built upon something else built."""
    if steps and not needs & {"source from git", "tool by address"}:
        yield "build of the project's own files"
    built = sum(re.search(r"configure\b|cmake\b|make\b.*install", step) is not None for step in steps)
    upon = r"--with-(?!cuda)[\w-]+=/|(?<!CUDA)_(HOME|ROOT|PREFIX_PATH)=[/$]"
    if built > 1 and any(re.search(upon, step) for step in steps):
        yield "build upon a build"


def _without_heredocs(text: str) -> str:
    """Return a Dockerfile with each script of a heredoc on the line of its RUN, and without files of heredocs."""
    text = re.sub(r"\\[ \t]+\n", "\\\n", text)

    def flat(found: re.Match[str]) -> str:
        if re.match(r"(COPY|ADD)", found[1]) or re.search(r"\b(cat|tee)\b[^&;]*$", found[1]):
            return found[1] + found[3]
        body = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n?", "", found[4]))
        mounts = "".join(f"{mount} " for mount in re.findall(r"--mount=\S+", found[1]))
        return f"RUN {mounts}" + " ; ".join(line.strip() for line in body.splitlines() if line.strip())

    mark = r"<<-?[ \t]*[\"']?(\w+)[\"']?([^\n]*)\n(.*?)\n[ \t]*\2[ \t]*$"
    return re.sub(rf"(?ms)^((?:RUN|COPY|ADD)\b(?:[^\n]|(?<=\\)\n)*?){mark}", flat, text)


def _arguments_of(values: list[str]) -> dict[str, str]:
    """Return build arguments with the first default that each has; those without have none."""
    found: dict[str, str] = {}
    for value in values:
        for name, default in re.findall(r"(\w+)(?:=(\"[^\"]*\"|'[^']*'|\S*))?", value):
            found[name] = found.get(name) or default.strip("\"'")
    return found


def _script(value: str) -> str:
    exact = re.match(r"\s*\[(.*)\]\s*$", value, re.DOTALL)
    if exact:
        words = re.findall(r'"([^"]*)"', exact[1])
        return words[2] if re.search(r"sh -\w*c$", " ".join(words[:2])) else " ".join(words)
    return value


def _with_arguments(image: str, arguments: dict[str, str]) -> str:
    """Return the name of an image with the defaults of the arguments that stand in it."""
    for _ in range(3):
        image = re.sub(r"\$\{?(\w+)(:-[^}]*)?\}?", lambda found: arguments.get(found[1]) or found[0], image)
    return image


def _needs_of_from(parts: list[str], stages: dict[str, str], arguments: dict[str, str]) -> Iterator[str]:
    image = _with_arguments(parts[0].strip('"'), arguments)
    if image.lower() in stages:
        if "$" in parts[0]:  # an argument says which stage
            yield "condition on a build argument"
    else:
        if "$" in parts[0].partition(":")[0]:
            yield "image by a parameter"
        name = re.sub(r"(?<=[a-z0-9}])(:[^/]*|@.*)$", "", image)
        need = next(need for pattern, need in _IMAGES if re.fullmatch(pattern, name))
        yield "image past its age" if re.match(_PAST, image) else need
    if len(parts) > 2:
        stages[parts[2].lower()] = stages.get(image.lower(), image)


def _need_of_copy(name: str, value: str, stages: dict[str, str]) -> str:
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
    entries = layout_of(found).entries
    models = [found, *([entries[1].model] if entries else [])]
    layouts = [layout_of(model) for model in models]
    known = {word for layout in layouts for word in layout.words}
    known |= {value for model in models for one in model.model_fields.values() for value in literals(one.annotation)}
    known |= {word for layout in layouts for _, keyword in layout.keywords.values() for word in keyword.first}
    wanted = [*([second] if second else ()), *fields]
    return all(one in known for one in wanted)


def main() -> int:
    """Print the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repositories", type=Path)
    parser.add_argument("--clones", type=Path)
    parser.add_argument("--list", metavar="NEED")
    options = parser.parse_args()
    needs_by_file: dict[str, set[str]] = {}
    for path in sorted(options.folder.iterdir()):
        needs, unknown = needs_of(path, options.repositories, options.clones)
        if needs & {
            "python or CUDA image",
            "image that brings packages",
            "image by a parameter",
            "image of nothing",
            "image past its age",
            "image without Python",
            "other package manager",
            "toolchain",
        }:
            needs_by_file[path.name] = needs
        if options.list in needs:
            print(path.name, *unknown, sep="\n    ")
    met = {need for need in NEEDS if is_met(need)}
    refused = {need for need, word in NEEDS.items() if isinstance(word, str)}
    several = [name for name, needs in needs_by_file.items() if needs <= met]
    whole = [name for name in several if not needs_by_file[name] & SEVERAL]
    formed = [name for name, needs in needs_by_file.items() if needs <= met | ANOTHER_FORM]
    answered = [name for name, needs in needs_by_file.items() if needs <= met | refused]
    print(
        f"{len(needs_by_file)} Dockerfiles: {len(whole)} whole in one environment, {len(several)} with several "
        f"environments, {len(formed)} whole, with another form for what is refused, {len(answered)} with all that is "
        "refused on purpose"
    )
    counts = Counter(need for needs in needs_by_file.values() for need in needs)
    alone = Counter(next(iter(needs - met)) for needs in needs_by_file.values() if len(needs - met) == 1)
    for need, count in counts.most_common():
        state = "met" if need in met else "refused" if need in refused else "not met"
        state = "other form" if need in ANOTHER_FORM else state
        print(f"{count:5} {state:10} {need}" + (f" (alone in {alone[need]})" if alone[need] else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
