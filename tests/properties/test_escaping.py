"""Law 5: no text of a program escapes its place. A parser that is not ours reads exactly the values back."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from envc.diagnostics import Report
from envc.targets.dockerfile.instructions import Argument, Copy, Run, Variables, WorkingDirectory
from envc.targets.dockerfile.printer import print_dockerfile
from tests.properties.compiling import SUBMODULE, compiled, literal, program
from tests.properties.dockerfile_reading import commands, copied, instructions, pairs, read, resolved, third_party

#: Values that mean something to a Dockerfile, to a shell, to JSON or to YAML.
NASTY = [
    "",
    " ",
    "$HOME",
    "${PATH}",
    "$$",
    "\\",
    "\\\\",
    "a\\",
    '"',
    '"; RUN id; "',
    "'",
    'it\'s "$X" \\ `id`',
    "a b  c ",
    "# escape=`",
    "<<EOF",
    "--from=x",
    "a=b",
    "*?[a]",
    "\u2028\u0085",
    "\ufeffbom",
    "é — 漢字 🚀",
    "null",
    "- a: {b}",
    "&& rm -rf /",
]
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n\x7f" + "".join(map(chr, range(32))))),
    st.text("\\\"'$ {}`#<>&|;=a", max_size=12),
)
#: The same without what cannot be part of a path here.
PATH = TEXT.map(lambda text: re.sub(r"^[\s.]+|[\s.]+$", "", text.replace("/", "_").replace("..", "_"))).filter(bool)
MOUNTED = PATH.map(lambda text: text.replace(",", "_").replace('"', "_"))
#: A program and its arguments: what has blanks is called like no program, and is refused in the first place.
ARGUMENTS = st.lists(TEXT, min_size=2, max_size=4).map(lambda texts: [re.sub(r"\s", "_", texts[0]), *texts[1:]])


@given(TEXT, TEXT, TEXT)
def test_values_are_read_back(one: str, two: str, three: str) -> None:
    """Variables, build arguments, labels: names and values, no more and no fewer."""
    text = program(
        f"set ONE {literal(one)}",
        f"arg TWO {literal(two)}",
        f"labels team {literal(three)}",
        'run "python"',
    )
    plain = compiled(program('set ONE "x"', 'arg TWO "x"', 'labels team "x"', 'run "python"'))
    outcome = compiled(text)
    image = read(outcome.files["Dockerfile"])
    assert image.variables["ONE"] == one
    assert image.variables["TWO"] == image.arguments["TWO"] == two
    assert image.labels["team"] == three
    expected = read(plain.files["Dockerfile"])
    assert image.names == expected.names
    assert set(image.variables) == set(expected.variables)
    assert set(image.labels) == set(expected.labels)
    manifest = json.loads(outcome.files["run.json"])
    assert (manifest["variables"]["ONE"], manifest["variables"]["TWO"]) == (one, two)


@given(PATH, MOUNTED, MOUNTED)
def test_paths_are_read_back(source: str, target: str, folder: str) -> None:
    """What is copied, to where, and where the command starts; a pattern in a source fits its own file only."""
    source = source.replace("\\", "*")  # a backslash parts folders, as on Windows
    item = f"copy {literal('x/' + source)} at {literal('/' + target)}"
    image = read(compiled(program(item, f"workdir {literal('/w/' + folder)}")).files["Dockerfile"])
    assert image.copies == [(f"x/{source}", f"/{target}")]
    assert image.working_directory == f"/w/{folder}"


@given(ARGUMENTS, TEXT)
def test_commands_are_read_back(arguments: list[str], argument: str) -> None:
    """Argument by argument; quotes of a health check's command are read as a shell reads them."""
    items = [f"run {' '.join(map(literal, arguments))}", f"health command {literal(shlex.join(['test', argument]))}"]
    image = read(compiled(program(*items)).files["Dockerfile"])
    assert image.command == arguments
    assert image.health == ["test", argument]


@given(ARGUMENTS, st.lists(TEXT, min_size=2, max_size=4))
def test_arguments_that_others_may_replace_are_read_back(words: list[str], arguments: list[str]) -> None:
    """Argument by argument, behind a program that they are no part of; a script gets them behind its name."""
    behind = f"arguments {' '.join(map(literal, arguments))}"
    dockerfile = compiled(program(f"run {' '.join(map(literal, words))} {behind}")).files["Dockerfile"]
    (entry,) = (one.text for one in instructions(dockerfile) if one.name == "ENTRYPOINT")
    assert (json.loads(entry), read(dockerfile).command) == (words, arguments)
    script = compiled(program(f'run """\nexec x "$@"\n""" {behind}')).files["run.json"]
    assert json.loads(script)["command"] == ["/bin/sh", "-euc", 'exec x "$@"\n', "sh", *arguments]


@given(st.lists(TEXT.filter(lambda text: text.strip() and '"""' not in text), min_size=1, max_size=3))
def test_scripts_are_read_back(lines: list[str]) -> None:
    """A script is one argument of a shell, with its lines as they stand."""
    script = "set -x\n" + "\n".join(f"echo {line.strip()}x" for line in lines)
    image = read(compiled(program(f'run """\n{script}\n"""')).files["Dockerfile"])
    assert image.command == ["/bin/sh", "-euc", script + "\n"]


@given(ARGUMENTS, TEXT.filter(lambda text: text.strip() and '"""' not in text))
def test_checks_are_read_back(arguments: list[str], line: str) -> None:
    """Argument by argument, lines and all; they are instructions of their own and no more."""
    script = f"set -x\necho {line.strip()}x"
    text = program(f'check < run {" ".join(map(literal, arguments))}; run """\n{script}\n""" >')
    tried = [one.text for one in instructions(compiled(text).files["Dockerfile"]) if "--network=none" in one.text]
    assert [json.loads(one.removeprefix("--network=none ")) for one in tried] == [
        arguments,
        ["/bin/sh", "-euc", script + "\n"],
    ]


@given(MOUNTED, PATH)
def test_files_from_outside_are_read_back(target: str, source: str) -> None:
    """A tool's place, and both places of what another image has."""
    zeros = "0" * 64
    items = (
        f'tool a 1 from "https://h/a" sha256 "{zeros}" at {literal("/tools/" + target)}',
        f'copy {literal("/x/" + source.translate(UNMOUNTABLE))} from image "a:1" at {literal("/b/" + target)}',
    )
    found = instructions(compiled(program(*items)).files["Dockerfile"])
    added = next(one.text for one in found if one.name == "ADD")
    copies = [one.text for one in found if one.name == "COPY" and "--from=docker.io" in one.text]
    assert resolved(json.loads(added[added.index("[") :])[1], {}) == f"/tools/{target}"
    assert [resolved(json.loads(one[one.index("[") :])[1], {}) for one in copies] == [f"/b/{target}"]


@given(PATH, MOUNTED)
def test_sources_are_read_back(address: str, target: str) -> None:
    """The address and its commit, the place, and the paths of submodules that a repository brings."""
    address = "https://h/" + re.sub(r"[\s?#@]", "_", address)
    item = f"source a from git {literal(address)} tag v1 submodules at {literal('/b/' + target)}"
    found = instructions(compiled(program(item)).files["Dockerfile"])
    added = next(one.text for one in found if one.name == "ADD")
    checked = next(one.text for one in found if "--network=none" in one.text)
    copies = [one.text for one in found if one.name == "COPY" and "--from=source-a" in one.text]
    written = address.rstrip("/").removesuffix(".git")
    assert resolved(json.loads(added[added.index("[") :])[0], {}) == f"{written}.git#{'a' * 40}"
    assert json.loads(checked.removeprefix("--network=none "))[3:] == ["/source", "b" * 64, SUBMODULE]
    assert [resolved(json.loads(one[one.index("[") :])[1], {}) for one in copies] == [f"/b/{target}"]


@given(ARGUMENTS, TEXT.filter(lambda text: text.strip() and '"""' not in text), MOUNTED)
def test_builds_are_read_back(arguments: list[str], line: str, kept: str) -> None:
    """Argument by argument, lines and all, and the paths that are kept."""
    script = f"set -x\necho {line.strip()}x"
    text = program(
        'source a from git "https://h/a.git" tag v1',
        "build b from a <",
        f'run {" ".join(map(literal, arguments))}; run """\n{script}\n"""; keeps {literal("/opt/b/" + kept)}',
        ">",
    )
    try:
        dockerfile = compiled(text).files["Dockerfile"]
    except Report:
        assume(False)  # refused by name, as what hides a failure is
        raise
    found = instructions(dockerfile)
    ran = [re.sub(r"^(--\S+ )+", "", one.text) for one in found if "--network=none" in one.text]
    _, *tried, keep = map(json.loads, ran)
    assert tried == [arguments, ["/bin/sh", "-euc", script + "\n"]]
    assert keep[6:] == [f"/opt/b/{kept}"]
    copies = [one.text for one in found if one.name == "COPY" and "--from=kept-b" in one.text]
    assert [resolved(json.loads(one[one.index("[") :])[1], {}) for one in copies] == [f"/opt/b/{kept}"]


UNMOUNTABLE = str.maketrans(',"', "__")


@given(MOUNTED, PATH)
def test_mounts_are_read_back(path: str, source: str) -> None:
    """In the manifest, and in the command line that people copy from it, as a shell splits it."""
    item = f"data v1 from {literal('x/' + source)} mounted at {literal('/' + path)}"
    try:
        text = compiled(program(item)).files["run.json"]
    except Report:
        assert "," in source or '"' in source  # refused by name
        return
    manifest = json.loads(text)
    (mount,) = manifest["mounts"]
    assert mount["target"] == f"/{path}"
    words = shlex.split(manifest["docker_run"])
    options = dict(part.split("=", 1) for part in words[words.index("--mount") + 1].split(",") if "=" in part)
    assert options["target"] == f"/{path}"


@given(st.lists(TEXT.filter(lambda text: "\n" not in text), min_size=1, max_size=4), st.booleans())
@example(["a\\"], True)
@example(["&&"], False)
def test_arguments_of_the_shell_are_read_back(arguments: list[str], mounted: bool) -> None:
    """RUN: as a POSIX shell splits the text that is left when continued lines are joined."""
    run = Run((("printf", "%s", *arguments), ("true",)), raw=frozenset())
    (found,) = instructions(print_dockerfile([run]))
    assert commands(found.text) == [["printf", "%s", *arguments], ["true"]]


@pytest.mark.parametrize("value", NASTY)
def test_a_line_is_one_instruction(value: str) -> None:
    """For each instruction by itself, and in a third-party reading of names and values where that is right."""
    text = print_dockerfile(
        [
            Variables((("A", value), ("B", "b"))),
            Argument("C", value),
            WorkingDirectory(f"/{value}"),
            Copy(f"x{value}", "/y"),
        ]
    )
    variables, argument, folder, copy = instructions(text)
    assert pairs(variables.text, {}) == [("A", value), ("B", "b")]
    assert pairs(argument.text, {}) == [("C", value)]
    assert resolved(folder.text, {}) == f"/{value}"
    assert copied(copy.text)[1:] == (f"x{value}", "/y")
    if not set(value) & set("\\\"$'") and value.isprintable():
        assert third_party(f"FROM scratch\n{text}").envs == {"A": value, "B": "b"}


@given(TEXT)
def test_comments_stay_comments(value: str) -> None:
    """A clause that is quoted above its part begins no instruction and no directive."""
    dockerfile = compiled(program(f"set ONE {literal(value)}"), program="b\nRUN id\n/train.env").files["Dockerfile"]
    assert [one.name for one in instructions(dockerfile)].count("RUN") == [
        one.name for one in instructions(compiled(program("set ONE x")).files["Dockerfile"])
    ].count("RUN")
    assert not dockerfile.lower().startswith(("# escape", "# syntax", "# check"))
