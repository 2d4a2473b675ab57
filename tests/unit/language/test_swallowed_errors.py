"""What hides that a step of `build` failed, and what only looks like it."""

from __future__ import annotations

import pytest

from envc.language.swallowed_errors import (
    BEHIND,
    NEGATED,
    PIPE,
    SHELL,
    TRAPPED,
    UNSEEN,
    read_step,
    swallowed_error,
)

HIDING = {
    UNSEEN: [
        "make || true",
        "make||:",
        "make || /usr/bin/true",
        "make || echo failed",
        "make \\\n  || true",
        "make || { true; }",
        "make || (exit 0)",
        "make || { echo failed; }",
        "make || {\n  cat config.log\n  echo failed >&2\n}",
        "set +e\nmake",
        "set +eu\nmake",
        "set -x +e\nmake",
        "set +o errexit\nmake",
        "set -o pipefail\nset +o pipefail\nmake | tee log",
        "make\nexit 0\n",
        "make; true",
        "make -i",
        "make -j8 -i install",
        "make -ki",
        "make -ij8",
        "make -C sub --ignore-errors",
        "gmake -i",
        "MAKEFLAGS=-i make",
        "export MAKEFLAGS='-ki'",
        "cmake --build . -- -i",
        "echo '#' || true",
        "echo ${#x} || true",
        "echo a#b || true",
        "cat > note <<X\nmake\nX\nmake || true",
        "bash <<X\nmake || true\nX",
        "echo 'make || true' | sh",
        "echo 'make' || true",
        "cat <<X || true\nX",
    ],
    PIPE: [
        "make | tee log",
        "make 2>&1 | tee log",
        "make |& tee log",
        "./configure --prefix=/opt | tail -3",
        "cd b && cmake .. | cat",
        "time make | ts",
        "CC=gcc make | sort",
        "mytool | tee log",
        "if true; then make | tee log; fi",
        "version=$(python setup.py --version | head -1)",
        "(make | tee log)",
        "sh <<X\nmake | tee log\nX",
        "cat > note <<X\nx\nX\nmake | tee log",
    ],
    NEGATED: [
        "! make\nmake install",
        "bash -ec '! make; make install'",
        "cd b\n! make\nmake install",
        "cd b; ! make; cd ..",
        "if true; then ! make; fi\nmake install",
    ],
    BEHIND: ["make &\nwait", "make -C a & make -C b & wait", "make 2>&1 & wait; make install", "(make & wait)"],
    SHELL: [
        "bash -c 'cmake .; make'",
        "cd b && sh -c 'cmake .; make'",
        "bash -c 'if test -e x; then cmake .; make; fi'",
        "bash -c 'for one in a b; do make $one; done'",
    ],
    TRAPPED: ["trap 'exit 0' EXIT\nmake", 'trap "rm -f x; exit 0" EXIT\nmake', "trap 'exit 0' INT EXIT; make"],
}

SEEN = [
    "make",
    "make # || true",
    "# set +e\nmake",
    "make -j8  # -i would hide it; exit 0\nmake install",
    "make -k",
    "make -I include",
    "make CFLAGS='-O2 -isystem /opt/x -include y.h -iquote z'",
    "make -C dir-i",
    "make -f sub/i.mk -j2",
    "make install",
    "make\ninstall -i x",
    "lcov --ignore-errors source",
    "make || { cat config.log; exit 1; }",
    "make || { echo failed >&2; exit 1; }",
    "make || (echo failed; false)",
    "make || make slow",
    "make || exit",
    "make || exit 1",
    "set -eu\nmake",
    "set -o pipefail\nmake | tee log",
    "set -euo pipefail\nmake 2>&1 | tee log",
    "echo make | tee file",
    "printf x | patch -p1",
    "yes | ./install.sh",
    "grep -c x file | wc -l",
    "nproc | head -1",
    "make > log 2>&1",
    "echo 'make | tee log'",
    'case "$CC" in\n  gcc|clang) make ;;\nesac',
    "make # | tee log",
    "cat > note <<'X'\nmake || true\nmake | tee log\nX\nmake",
    "cat > note <<-X\n\tset +e\n\tX\nmake",
    "echo 'say make || true' > note",
    "echo \"make -i\" 'set +e'",
    "printf '%s\\n' 'exit 0'",
    "if ! test -e file; then make; fi",
    "while ! test -e file; do make; done",
    "! make || exit 1",
    "! make && exit 1",
    "if true &&\n  ! test -e x; then make; fi",
    "if test -e y \\\n  && ! test -e x; then make; fi",
    "[ ! -e x ]",
    "find . ! -name x",
    "find . \\( ! -name x \\)",
    "python -c '\n! x\n'",
    "make & one=$!\nwait $one",
    "python -m server &\npytest\nkill %1\nwait",
    "make > log 2>&1\nwait",
    "make &> log\nwait",
    "make && wait",
    "trap 'rm -f x' EXIT\nmake",
    "trap 'exit 1' INT",
    "trap 'exit 0' USR1",
    'trap "echo exit 0 of client" EXIT\nmake',
    "trap 'test $? -eq 0 && exit 0; cat config.log; exit 1' EXIT\nmake",
    "make install\n! test -e /opt/x/lib/libfoo.a",
    "if true; then ! make; fi",
    "(! make)\nmake install",
    "x=$(! grep -c foo x)\nmake",
    'need() {\n  ! test -e "/opt/$1"\n}\nneed x && make install',
    "has_no() { ! command -v $1; }\nif has_no nvcc; then make; fi",
    "sh -c '! test -e /opt/x/foo'\nmake",
    "redis-server --port 7777 &\nmake test\nredis-cli -p 7777 shutdown nosave\nwait\nmake install",
    "nginx &\nmake test\nnginx -s quit\nwait",
    "python -m http.server &\nmake test\npkill -f http.server\nwait",
    "if (( n & 1 )); then make; fi\nwait",
    "echo $((1 & 3))\nwait",
    "bash -c 'if test -e x; then make; fi'",
    "bash -c 'cd a && { make; }'",
    "bash -c 'for i in 1 2; do make $i || exit 1; done'",
    "bash -c '\nmake\n'",
    "sh -c 'echo a; echo b' > f",
]


@pytest.mark.parametrize(("text", "why"), [(text, why) for why, texts in HIDING.items() for text in texts])
def test_what_hides_a_failure(text: str, why: str) -> None:
    assert swallowed_error((f"{text}\n",)) == why


@pytest.mark.parametrize("text", SEEN)
def test_what_hides_none(text: str) -> None:
    assert swallowed_error((f"{text}\n",)) is None


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("make", "-i"), UNSEEN),
        (("sh", "-c", "make || true"), UNSEEN),
        (("sh", "-ec", "make | tee log"), PIPE),
        (("bash", "-euo", "pipefail", "-c", "make | tee log"), None),
        (("sh", "-c", "cmake .; make"), SHELL),
        (("/bin/bash", "-c", "cmake .\nmake"), SHELL),
        (("bash", "-xc", "for one in a b; do make $one; done"), SHELL),
        (("sh", "-ec", "cmake .; make"), None),
        (("sh", "-c", "set -e; cmake .; make"), None),
        (("bash", "-o", "errexit", "-c", "cmake .; make"), None),
        (("sh", "-c", "cmake . && make"), None),
        (("sh", "-c", "echo 'a; b'"), None),
        (("sh", "build.sh"), None),
        (("sh -c 'cmake .; make'",), SHELL),
        (("/bin/bash -c 'cmake .; make'",), SHELL),
        (("env A=b bash -c 'cmake .; make'",), SHELL),
        (("bash -c 'make; exit 0'",), UNSEEN),
        (("bash -c 'make | tee log'",), PIPE),
        (("bash -c '! make'",), None),
        (("bash -c '! make && true; make install'",), SHELL),
        (("bash", "-c", "if ldd /opt/x | grep 'not found'; then exit 1; fi"), None),
        (("bash", "-c", "test -e x || exit 1; make"), None),
        (("sh", "-c", 'for m in torch numpy; do python -c "import $m" || exit 1; done'), None),
        (("bash", "-ec", "make & wait"), BEHIND),
        (("bash", "-c", "trap 'exit 0' EXIT; make"), TRAPPED),
        (("sh -ec 'cmake .; make'",), None),
        (("bash -euo pipefail -c 'make | tee log'",), None),
        (("bash -c 'make",), None),
        (("bash build.sh '! x'",), None),
        (("python", "-c", "! x"), None),
        (("python", "-c", "import x; x.y()"), None),
    ],
)
def test_arguments_are_read_too(texts: tuple[str, ...], why: str | None) -> None:
    """Those of a shell as the shell reads them: without `-e` it goes on behind what failed."""
    assert swallowed_error(texts) == why


def test_a_pipe_of_a_check_may_end_in_what_is_asked_of_it() -> None:
    for text in ("make -v | grep -q GNU\n", "python -m x | grep ok\n", "sh -c 'python -m x | grep ok'"):
        assert swallowed_error((text,), of_check=True) is None
        assert swallowed_error((text,)) == PIPE
    assert swallowed_error(("python -m x | tee log\n",), of_check=True) == PIPE


def test_a_check_may_end_with_what_must_fail() -> None:
    """Its code is what the check tells; before the end nobody asks for it."""
    for script in (
        "! python -c 'import x'\n",
        "cd /\n! (python -m x)\n",
        "if true; then ! python -m x; fi\n",
        "python -m x\ntrue\n",
    ):
        assert swallowed_error((script,), of_check=True) is None
    for script in ("! python -m x\npython -m y\n", "if true; then ! python -m x; python -m y; fi\n"):
        assert swallowed_error((script,), of_check=True) == NEGATED


def test_a_script_that_asks_for_pipefail_is_read_by_bash() -> None:
    """Debian's sh knows no pipefail. All others are read by what they were always read by."""
    assert read_step(("set -o pipefail\nmake | tee log\n",)) == (
        *("/bin/bash", "-euc"),
        "set -o pipefail\nmake | tee log\n",
    )
    assert read_step(("# set -o pipefail\nmake\n",)) == ("/bin/sh", "-euc", "# set -o pipefail\nmake\n")
    assert read_step(("make\n",)) == ("/bin/sh", "-euc", "make\n")
    assert read_step(("make -j2",)) == ("make", "-j2")


def test_blank_lines_cost_nothing() -> None:
    """Each pattern would begin anew at each of them; without this it takes minutes."""
    assert swallowed_error(("set -e\n" + "\n" * 100_000 + "make",)) is None
