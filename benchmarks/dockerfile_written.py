"""The files that a Dockerfile writes itself (heredocs, what `echo` puts into a file) or fetches by an address."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from benchmarks.dockerfile_commands import bare
from benchmarks.dockerfile_scripts import commands_in_shell

#: An instruction up to a heredoc, the heredoc's mark, what follows it on its line, and its lines. `<<<` is none.
_HEREDOC = re.compile(
    r"^(?P<head>(?:RUN|COPY|ADD)\b(?:[^\n]|(?<=\\)\n)*?)"
    r"(?<!<)<<(?!<)-?[ \t]*[\"']?(?P<mark>\w+)[\"']?(?P<rest>[^\n]*)\n"
    r"(?P<body>.*?)\n?^[ \t]*(?P=mark)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_SHELL = re.compile(r"((/usr)?(/bin/)?(ba|da|z)?sh)?(\s+(-\w+|pipefail))*(\s+-)?\s*")
_PYTHON = re.compile(r"\S*python[0-9.]*(\s+-\w+)*(\s+-)?\s*")
#: What makes a package of Debian.
_PACKS = re.compile(r"\b(dpkg-deb|dpkg-buildpackage|debuild|debian/rules|cpack|checkinstall|mk-build-deps|\w*deb)\b")
_QUOTED = r"\"(?:\\.|[^\"\\])*\"|'[^']*'"


@dataclass
class Files:
    """The files of an image that are written or fetched, as far as was read.

    `heredocs` are texts by names that stand for them, `written` texts by paths, and `fetched` addresses by each word
    of a command that names a file which it fetches.
    """

    heredocs: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    fetched: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str, folder: str) -> None:
        """Note that a file is written, by its path in a folder of the image; one that has lines gets more."""
        path = posixpath.normpath(posixpath.join("/", folder, path))
        self.written[path] = f"{self.written.get(path, '')}{text}\n"

    def text(self, name: str, folder: str) -> str | None:
        """Return the text of a file that was written, by its name in a folder or that of a heredoc."""
        path = posixpath.normpath(posixpath.join("/", folder, name))
        return self.written.get(path, self.heredocs.get(name))

    def fetch(self, text: str, *words: str) -> None:
        """Note what the words of a command or an ADD fetch, and what more words name it."""
        address = re.search(r"\w+://\S+", text)
        words += tuple(re.findall(r"\S+\.(?:sh|bash|py|deb)\b", text))
        self.fetched |= dict.fromkeys(words, address[0] if address else text)

    def addresses_of(self, name: str) -> list[str]:
        """Return the addresses that files of a name, or with a name's end, are fetched from."""
        return [address for word, address in self.fetched.items() if word.endswith(name)]


def without_heredocs(text: str) -> tuple[str, dict[str, str]]:
    """Return a Dockerfile without heredocs, and the text of those that are files, by the names that stand for them.

    Only what a shell reads is commands, and stays on the line of its RUN. What Python reads is a script of its own.
    What another command reads (`git apply`, `cat`) is a file, whose lines are none of the Dockerfile's commands.
    """
    files: dict[str, str] = {}

    def flat(found: re.Match[str]) -> str:
        head = re.sub(r"\\\n", " ", found["head"])
        if not head.startswith("RUN"):
            files[name := f"heredoc-{len(files)}"] = found["body"]
            return f"{head}{name}{found['rest']}"
        options = re.match(r"RUN\s+(?:--\S+\s+)*", head)
        commands = head[options.end() :] if options else ""
        *before, command = re.split(r"(&&|\|\||[;|])", commands)
        here, *after = re.split(r"(&&|\|\||[;|])", found["rest"])
        reader = bare(f"{command.strip()} {here.strip()}".strip())
        start, rest = f"{options[0] if options else 'RUN '}{''.join(before)} ", "".join(after)
        if _SHELL.fullmatch(reader):
            return f"{start}{_on_a_line(found['body'])} {rest}"
        files[name := f"heredoc-{len(files)}{'.py' * bool(_PYTHON.fullmatch(reader))}"] = found["body"]
        reads = f"python {name}" if _PYTHON.fullmatch(reader) else f"{command} {name} {here}"
        return f"{start}{reads} {rest}"

    return _HEREDOC.sub(flat, re.sub(r"\\[ \t]+\n", "\\\n", text)), files


def _on_a_line(body: str) -> str:
    text, functions = commands_in_shell(body)
    lines = (line.strip() for line in text.splitlines())
    return " ; ".join(line for line in lines if line and line.split()[0] not in functions)


def written_by(command: str, heredocs: dict[str, str]) -> tuple[str, str] | None:
    r"""Return the file that a command writes and its text, where that is a heredoc or one quoted text; None otherwise.

    A shell's own `echo` takes `\n` for the end of a line.
    """
    if found := re.fullmatch(r"cat\s+(heredoc-\d+)\s*>>?\s*(\S+)\s*", command):
        return found[2].strip("\"'"), heredocs.get(found[1], "")
    if found := re.match(r"(?:sudo )?tee\s+(?:-a\s+)?(\S+)\s+(heredoc-\d+)\b", command):
        return found[1].strip("\"'"), heredocs.get(found[2], "")
    found = re.fullmatch(rf"(?:echo|printf)\s+(?:-\w+\s+)*({_QUOTED})\s*>>?\s*(\S+)\s*", command, re.DOTALL)
    if found is None:
        return None
    text = found[1][1:-1]
    if found[1].startswith('"'):
        text = re.sub(r"\\([\"\\$`])", r"\1", text)
    return found[2].strip("\"'"), text.replace("\\n", "\n")


def package_file(command: str, files: Files, steps: list[str]) -> str:
    """Return what the file of a package is that a command installs: fetched, made there, or one of the project."""
    named = [posixpath.basename(one) for one in re.findall(r"\S+\.deb\b", command) if "*" not in one]
    if any(map(files.addresses_of, named or [".deb"])):
        return "file of a package manager"
    if any(_PACKS.search(step) for step in steps):
        return "build in the image"  # what it holds is kept as other results are
    return "file of a package manager in the project" if named else "build in the image"
