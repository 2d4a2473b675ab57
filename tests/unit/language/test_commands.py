"""Commands as people write them, as arguments for exec."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from envc.language.commands import command_or_refusal, read_command


@pytest.mark.parametrize(
    ("texts", "arguments"),
    [
        (("python -m train --epochs 3",), ("python", "-m", "train", "--epochs", "3")),
        (("python -c 'print(1); print(2)'",), ("python", "-c", "print(1); print(2)")),
        (('python "a b" c\\ d',), ("python", "a b", "c d")),
        (("echo 'a > b' \"c | d\" \\$HOME",), ("echo", "a > b", "c | d", "$HOME")),
        (("python", "-c", "a > b; $c"), ("python", "-c", "a > b; $c")),
        (("a | b\n",), ("/bin/sh", "-euc", "a | b\n")),
        (("a\nb > c\n",), ("/bin/sh", "-euc", "a\nb > c\n")),
        (("python", "-c", "import x\nx.y()\n"), ("python", "-c", "import x\nx.y()\n")),
        (("cp", "*.so", "~/x"), ("cp", "*.so", "~/x")),
        (("cd", "x"), ("cd", "x")),
        (("find . -name '*.so'",), ("find", ".", "-name", "*.so")),
        (("find . -name *.so",), ("find", ".", "-name", "*.so")),
        (("find . -name \\*.so",), ("find", ".", "-name", "*.so")),
        (("ctest -R test_.* --verbose",), ("ctest", "-R", "test_.*", "--verbose")),
        (("java -cp /opt/app/lib/* com.x.Main",), ("java", "-cp", "/opt/app/lib/*", "com.x.Main")),
        (("python -m x --patterns *.tar",), ("python", "-m", "x", "--patterns", "*.tar")),
        (
            ("x --hosts *.example.org --ips=* -b *:80 KEYS *",),
            (*("x", "--hosts", "*.example.org"), "--ips=*", "-b", "*:80", "KEYS", "*"),
        ),
        (("curl http://localhost/?a=b",), ("curl", "http://localhost/?a=b")),
        (("train a=[1,2] b=~/x c~ d~/e",), ("train", "a=[1,2]", "b=~/x", "c~", "d~/e")),
        (("env CC=gcc make CC=gcc",), ("env", "CC=gcc", "make", "CC=gcc")),
        (("./cd x",), ("./cd", "x")),
    ],
)
def test_a_command_is_its_arguments(texts: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    """One text is split at blanks, quotes kept together; several are the arguments; a script is for a shell."""
    assert read_command(texts) == arguments


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "unreadable-command"),
        ("  ", "unreadable-command"),
        ("a 'b", "unreadable-command"),
        ("a \\", "unreadable-command"),
        *[
            (f"a {piece} b", "shell-in-command")
            for piece in ("|", "&", "&&", ";", "<", ">", "2>&1", "`b`", "$B", "$(b)")
        ],
        ('a "b" > c', "shell-in-command"),
        *[
            (text, "shell-in-command")
            for text in (
                *("cd sub", "export A=b", "source x", ". x", "exec python x.py", "! make", "set -e"),
                *("CC=gcc python x.py", "A='b c' make", " A= make"),
                *("cp *.so /opt/k", "cp -r build/* /opt/k", "rm -rf *", "python *.py", "python x.py ~/x", "ls ~"),
                *("cp lib/x*.so.? /opt/k", "cp 'a b'/*.so /opt/k"),
            )
        ],
        ("a\x07", "control-character"),
        ("a\0b", "control-character"),
    ],
)
def test_what_needs_a_shell_or_is_none_is_refused(text: str, name: str) -> None:
    """Nothing is run that the writer did not mean."""
    refusal = command_or_refusal(text)
    assert isinstance(refusal, PydanticCustomError)
    assert refusal.type == name


@pytest.mark.parametrize("texts", [("cmake -S .", "make"), ("a b", "c", "d"), ("a\nb\n", "c"), ("/opt/My App/a", "-v")])
def test_several_strings_begin_with_a_program(texts: tuple[str, ...]) -> None:
    """What has blanks is called like no program: commands were meant."""
    with pytest.raises(PydanticCustomError, match="one program and its arguments"):
        read_command(texts)


@pytest.mark.parametrize("texts", [("a", "b\0"), ("a\nb\x1b",)])
def test_control_characters_are_refused_in_any_form(texts: tuple[str, ...]) -> None:
    """Also in one of several arguments, and in a script, which has lines and tabs only."""
    with pytest.raises(PydanticCustomError, match="control character"):
        read_command(texts)
