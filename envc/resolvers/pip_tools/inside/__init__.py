"""Run pip-compile for a Python and a platform that are not the ones of this machine.

`child.py` runs this package in the environment of `environment.py`; envc itself never imports it. It changes private
parts of pip and pip-tools, whose versions are therefore pinned exactly. Standard input gives one line, made from
`specification.py`, and then stays open: when it closes, envc is gone and this process ends. Standard output gives one
JSON object a line: `{"progress": NAME}` while it works, and last `{"answer": …}` or `{"failure": …}`; `answer.py` and
`failure.py` read them. Nothing secret is in the arguments or the environment of this process: addresses, which may
hold a password, come with the specification.

What is changed, and why:

- markers, wheel tags and Requires-Python are judged for the target;
- every name has one index: the one it is routed to, else the first of the machine's indexes that has it. Indexes are
  never mixed for a name, so a higher version on another index cannot win (dependency confusion);
- hashes are the sha256 that the index page states, so no file is downloaded to hash it;
- pages are read once, and a page that cannot be read ends the run: pip would go on as if the index were empty;
- of a wheel that has no metadata file beside it, only the end is read, in one piece;
- a dependency that brings its own address is refused.
"""
