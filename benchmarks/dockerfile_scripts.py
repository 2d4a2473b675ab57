"""The scripts that a Dockerfile runs, found in its repository or in one that it clones, in a form for the rules."""

from __future__ import annotations

import ast
import posixpath
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.dockerfile_commands import without_substitutions

#: A command that runs a script: what runs it, the script, and what it is given.
_CALL = re.compile(
    r"(?:(?:(?:/bin/)?(?:ba|z)?sh|source|\.|(?:\S*/)?python[0-9.]*(?:\$\{?\w+\}?)?)(?=\s))?(?:\s*-\w+)*\s*"
    r"[\"']?(?P<script>[^\s\"'<>|;&-][^\s\"'<>|;&]*\.(?:sh|bash|py))[\"']?(?=\s|$)(?P<given>.*)",
    re.DOTALL,
)
#: Commands of a shell that stand in the texts of a Python script.
_PROGRAMS = (
    r"(\{?\S*python[0-9.]*\}? -m )?(pip|apt|apt-get|conda|mamba|git|curl|wget|cmake|make|yum|dnf|npm|julia|R|Rscript)\b"
)


#: A function of a shell script from its head to the brace that ends it, in the same column.
_FUNCTION = re.compile(
    r"(?ms)^(?P<column>[ \t]*)(?:function[ \t]+)?(?P<name>[\w-]+)[ \t]*\(\)\s*\{[^\n]*\n.*?^(?P=column)\}"
)
#: Options of `git clone` that a value follows.
_WITH_VALUE = frozenset(
    {"-b", "--branch", "--depth", "-c", "--config", "-j", "--jobs", "-o", "--origin", "--reference"}
)


@dataclass(frozen=True)
class Script:
    """A script of a project: its path there, its text, and the repository that has it."""

    path: str
    text: str
    repository: Repository


@dataclass
class Repository:
    """The files of a repository's newest commit, as git has them; the Dockerfile is one of them.

    A clone is a repository, too, of which everything was copied to where it was cloned.
    """

    folder: Path
    dockerfile: str
    copied: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def paths(self) -> frozenset[str]:
        """All paths of the commit."""
        return frozenset(_git(self.folder, "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0"))

    def copies(self, instruction: str, folder: str) -> None:
        """Note what a COPY or a bind mount brings to where in the image."""
        words = [word.strip("\"',[]") for word in instruction.split() if not word.startswith("--")]
        for source in words[:-1]:
            self.copied.append((source.lstrip("/"), _under(folder, words[-1])))

    def mounts(self, command: str, folder: str) -> str:
        """Note the bind mounts of a RUN, and return its commands."""
        for mount in re.findall(r"--mount=(\S*type=bind\S*)", command):
            said = dict(part.partition("=")[::2] for part in mount.split(","))
            target = said.get("target") or said.get("dst") or said.get("destination") or ""
            if "from" not in said and target:
                source = said.get("source") or said.get("src") or "."
                self.copied.append((source.lstrip("/"), _under(folder, target)))
        return re.sub(r"^(\s*--(mount|network|security)=\S+)+\s*", "", command)

    def at(self, script: str, folder: str) -> Script | None:
        """Return the script that lies in the image where one of that name is run in a folder."""
        return next((self.script(path) for path in self._copied_to(_under(folder, script)) if path in self.paths), None)

    def is_beside(self, pattern: str) -> bool:
        """Say whether some file in the Dockerfile's folder or below has a pattern; the root is beside nothing."""
        folder = posixpath.dirname(self.dockerfile)
        if not folder:
            return False
        names = (path for path in self.paths if path.startswith(f"{folder}/") and re.search(r"\.(ya?ml|md|sh)", path))
        return any(re.search(pattern, self.script(path).text) for path in sorted(names))

    def cloned_beside(self, source: str) -> str | None:
        """Return the address that the text beside the Dockerfile clones a folder from, which this repository has not.

        It is copied from there: whoever builds the image clones it before.
        """
        source = posixpath.normpath(source)
        if any(path == source or path.startswith(f"{source}/") for path in self.paths):
            return None
        readme = posixpath.join(posixpath.dirname(self.dockerfile), "README.md")
        text = _git(self.folder, "show", f"HEAD:{readme}") if readme in self.paths else ""
        found = re.search(rf"git clone (?:\S+ )*?(\S+/{re.escape(source)}(?:\.git)?)(?=\s|$)", text)
        return found[1] if found else None

    def script(self, path: str) -> Script:
        """Return the script of that path."""
        return Script(path, _git(self.folder, "show", f"HEAD:{path}"), self)

    def find(self, script: str, folder: str, within: str, guessing: bool) -> Script | None:
        """Return the script that is run by that name in a folder of the image, or by a script of the folder `within`.

        Where its place is not plain, one that is the only one of its name is taken, if `guessing`.
        """
        places = [*self._copied_to(_under(folder, script)), posixpath.normpath(posixpath.join(within, script))]
        name = posixpath.basename(script)
        # a template leaves open what is copied: some file of that name
        guessing = guessing or any("{" in source and _under(folder, script) == to for source, to in self.copied)
        if guessing:
            places += [posixpath.join(within, name), *(place for place, _ in self.copied if place.endswith(f"/{name}"))]
        for place in places:
            for root in _upwards(posixpath.dirname(self.dockerfile)):
                path = posixpath.normpath(posixpath.join(root, place))
                if path in self.paths:
                    return self.script(path)
        if guessing:
            for root in _upwards(posixpath.dirname(self.dockerfile)):
                of_name = [path for path in self.paths if path.endswith(f"/{name}") and path.startswith(root)]
                if len(of_name) == 1:
                    return self.script(of_name[0])
        return None

    def _copied_to(self, path: str) -> Iterator[str]:
        for source, target in reversed(self.copied):
            if path in {target.rstrip("/"), posixpath.join(target, posixpath.basename(source))}:
                yield source
            inside = posixpath.relpath(path, target)
            if not inside.startswith(".."):
                yield posixpath.join(source, inside)


def call_of(command: str) -> tuple[str, str] | None:
    """Return the script that a command runs, and what it is given; None if it runs none."""
    found = _CALL.match(command)
    if found is None or posixpath.basename(found["script"]) == "setup.py":  # which is for those who install packages
        return None
    return found["script"], found["given"]


def clone_of(command: str, values: dict[str, str]) -> tuple[str, str] | None:
    """Return which repository of GitHub `git clone` brings, `OWNER__NAME`, and the folder; None for another command."""
    found = re.match(r"git (?:-\S+ \S+ )*clone\s+(.*)", command, re.DOTALL)
    if found is None:
        return None
    words = [with_values(word.strip("\"'"), values) for word in found[1].split() if not re.match(r"\d?>|<", word)]
    plain = [
        word
        for place, word in enumerate(words)
        if not word.startswith("-") and (place == 0 or words[place - 1] not in _WITH_VALUE)
    ]
    name = repository_of(plain[0]) if plain else None
    if name is None:
        return None
    return name, plain[1] if len(plain) > 1 else name.partition("__")[2]


def repository_of(address: str) -> str | None:
    """Return `OWNER__NAME` of an address of GitHub; None for another host's."""
    found = re.search(r"github\.com[/:]([\w.-]+)/([\w.-]+?)(\.git)?/?(#\S*)?$", address)
    return f"{found[1]}__{found[2]}" if found else None


def with_values(text: str, values: dict[str, str]) -> str:
    """Return a text with the values that its variables have, as far as they are known."""
    for _ in range(3):
        text = re.sub(r"\$\{?(\w+)\}?", lambda found: values.get(found[1]) or found[0], text)
    return text


def call_of_make(command: str) -> tuple[str, list[str]] | None:
    """Return the folder that make goes to, and the targets that it is given; None for another command."""
    words = command.split()
    if not words or words[0] != "make":
        return None
    folder = re.search(r"\s(?:-C|--directory)[ =]?(\S+)", command)
    given = re.sub(r"\s(-C|--directory|-j|-f)[ =]\S+", "", command).split()[1:]
    return (folder[1] if folder else "."), [word for word in given if re.fullmatch(r"[\w.][\w./-]*", word)]


def commands_in_makefile(text: str, targets: list[str]) -> str:
    """Return the recipes of targets and of what they need, as a shell script; the first target where none is given."""
    rules: dict[str, tuple[list[str], list[str]]] = {}
    recipe: list[str] = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        rule = re.match(r"([\w.][\w./ -]*):(?!=)([^=]*)$", line)
        if line.startswith("\t"):
            recipe.append(re.sub(r"\$\((\w+)\)", r"${\1}", line.strip().lstrip("@-+").replace("$$", "$")))
        elif rule:
            recipe = []
            for name in rule[1].split():
                if not name.startswith("."):
                    rules.setdefault(name, (rule[2].split(), recipe))
    lines: list[str] = []
    wanted, seen = list(targets or list(rules)[:1]), set[str]()
    while wanted:
        name = wanted.pop()
        if name in rules and name not in seen:
            seen.add(name)
            wanted += rules[name][0]
            lines += rules[name][1]
    return "\n".join(lines)


def called_functions(text: str, given: str) -> frozenset[str] | None:
    """Return the functions of a shell script that are called where its arguments name one of them; None otherwise.

    Such a script runs what it is asked for: `install.sh --library te` runs the function `te`.
    """
    bodies = {found["name"]: found[0] for found in _FUNCTION.finditer(text)}
    asked = set(re.findall(r"[\w-]+", given)) & set(bodies)
    if not asked:
        return None
    outside = _FUNCTION.sub("", text)
    called = set(asked)
    reading = [outside, *(bodies[name] for name in asked)]
    while reading:
        body = reading.pop()
        for name in set(bodies) - called:
            if re.search(rf"(?m)(^|[;&|(!]|\b(then|else|do|if|trap))[ \t]*{re.escape(name)}(?![\w-]|\s*\(\)|=)", body):
                called.add(name)
                reading.append(bodies[name])
    return frozenset(called)


def commands_in_shell(text: str, called: frozenset[str] | None = None) -> tuple[str, frozenset[str]]:
    """Return a shell script as a RUN would have it, and the names of its functions, whose bodies stand in it.

    Where it is known which are `called`, those of the others do not.
    """
    if called is not None:
        text = _FUNCTION.sub(lambda found: found[0] if found["name"] in called else "", text)
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"(?ms)<<-?[ \t]*[\"']?(\w+)[\"']?([^\n]*)\n.*?^[ \t]*\1[ \t]*$", r"\2", text)
    text = re.sub(r"(?m)(^|\s)#[^\n]*", r"\1", text)
    text = without_substitutions(text)
    functions = frozenset(re.findall(r"(?m)^\s*(?:function\s+)?([\w-]+)\s*\(\)", text))
    functions |= frozenset(re.findall(r"(?m)^\s*function\s+([\w-]+)", text))
    text = re.sub(r"(?m)^\s*(function\s+[\w-]+\s*(\(\))?|[\w-]+\s*\(\))\s*\{?", "", text)
    text = re.sub(r"\(\(.*?\)\)", "", text)
    text = re.sub(r"(?s)(\b(?:local |declare -\w+ )?\w+\+?=)\([^()]*\)", r"\1", text)  # an array
    # asking its own arguments for options, and stopping where one is missing, is no choice
    option = r"(?s)\bwhile\s+(?:(?!\bdone\b).)*?\bcase\s+[\"']?\$\{?1\b"
    text = re.sub(option, "case OPTION", text)
    text = re.sub(
        r"if\s+\[\[?[^\]\n]*-z[^\]\n]*\]\]?\s*;?\s*then\s+(echo[^\n]*\s+)*(usage|exit|return)\b", "true ", text
    )
    labels = r"(?m)(^|;;)\s*\(?[^\s()\n;][^()\n;]*\)"
    return re.sub(r"(?s)\bcase\b.*?\besac\b", lambda found: re.sub(labels, r"\1 ", found[0]), text), functions


def commands_in_python(text: str) -> Iterator[str]:
    """Yield the commands that a Python script gives to a shell: each text and each list that begins with a program."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        said = _text(node)
        if isinstance(node, ast.List):
            said = " ".join(_text(one) or "VALUE" for one in node.elts)
        if said and re.match(_PROGRAMS, said):
            yield said


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(one) or "python" * ("executable" in ast.unparse(one)) or "VALUE" for one in node.values)
    return "python" if isinstance(node, ast.Attribute) and node.attr == "executable" else None


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _under(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join("/", folder, path))
    return f"{joined}/" if path.endswith("/") else joined


def _git(folder: Path, *command: str) -> str:
    run = subprocess.run(["git", f"--git-dir={folder}", *command], capture_output=True, check=True)
    return run.stdout.decode("utf-8", "replace")
