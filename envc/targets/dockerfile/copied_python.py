"""How a base without Python gets one: copied from the official Python image, with the libraries that it links.

No archive of a third party, no compiler, nothing but two images named by digest. The last step imports every module
that links a library, so that a base on which this Python cannot run fails the build and not the user.
"""

from __future__ import annotations

from envc.plan.plan import Plan
from envc.plan.variables import CERTIFICATES
from envc.targets.dockerfile.instructions import Comment, Copy, Instruction, Run

_COLLECTED = "/opt/python-libraries"
_LIBRARIES = "/usr/local/lib/python-libraries"
_MODULES = "_ctypes, _decimal, _uuid, bz2, ctypes, curses, hashlib, lzma, readline, sqlite3, ssl, uuid, venv, zlib"
#: Copies what `ldd` finds for the interpreter and its modules, but the C library itself, which the base has.
_COLLECT = (
    "import glob, re, shutil, subprocess, sys; "
    'files = glob.glob("/usr/local/lib/libpython3*.so*") + glob.glob("/usr/local/lib/python3*/lib-dynload/*.so"); '
    'linked = subprocess.run(["ldd", *files], capture_output=True, text=True).stdout; '
    'found = sorted(set(re.findall("=> (/(?:usr/)?lib/[^ ]+)", linked))); '
    "[shutil.copy(path, sys.argv[1]) for path in found "
    'if not re.search("/(ld-linux[^/]*|lib(c|m|dl|pthread|rt|resolv|util))[.]so", path)]'
)


def collect_libraries() -> list[Instruction]:
    """Return the builder's step that lays the libraries of its Python together."""
    return [
        Comment(("The libraries that this Python links, for the base that has none of it.",)),
        Run((("mkdir", _COLLECTED), ("python", "-c", _COLLECT, _COLLECTED))),
    ]


def copy_python(plan: Plan) -> list[Instruction]:
    """Return the steps that bring Python into the image, and that try it."""
    minor = plan.python.minor
    program, library = f"/usr/local/bin/python{minor}", f"/usr/local/lib/python{minor}"
    shared = f"/usr/local/lib/libpython{minor}.so.1.0"
    copies = [
        Copy(path, target, stage="builder", link=True)
        for path, target in (
            (program, program),
            (shared, shared),
            (library, library),
            (_COLLECTED, _LIBRARIES),
            (CERTIFICATES, CERTIFICATES),
        )
    ]
    unneeded = (f"{library}/ensurepip", f"{library}/site-packages/*", "/var/cache/ldconfig/aux-cache")
    configuration = "/etc/ld.so.conf.d/zz-python.conf"
    commands = (
        ("echo", "/usr/local/lib", ">", configuration),
        ("echo", _LIBRARIES, ">>", configuration),
        ("ldconfig",),
        ("ln", "-s", f"python{minor}", "/usr/local/bin/python3"),
        ("ln", "-s", f"python{minor}", "/usr/local/bin/python"),
        (program, "-B", "-c", f"import {_MODULES}"),
        ("rm", "-rf", *unneeded),
    )
    return [
        Comment(
            (f"Python {plan.python.version} as the official image has it, which this base has not; then it is tried.",)
        ),
        *copies,
        Run(commands, raw=frozenset({">", ">>", f"{library}/site-packages/*"})),
    ]
