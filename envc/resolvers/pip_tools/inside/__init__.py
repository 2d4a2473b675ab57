"""Run pip-compile for a Python and a platform that are not the ones of this machine.

`child.py` runs this package in the environment of `environment.py`; envc itself never imports it. It changes private
parts of pip and pip-tools, whose versions are therefore pinned exactly. Standard input gives one line, made from
`specification.py`, then a line for each answer, and stays open: when it closes, envc is gone and this process ends.
Standard output gives one JSON object a line: `{"ask": QUESTION, "about": [WORD, …]}` while it works, which `replies.py`
answers, and last `{"answer": …}` or `{"failure": …}`; `answer.py` and `failure.py` read them. This process is told no
address of an index and no password, and reaches no network: of an index that failed it hears a number.

What is changed, and why:

- markers, wheel tags and Requires-Python are judged for the target;
- candidates and their metadata are what envc says: every name has one index there, so a higher version on another index
  cannot win (dependency confusion), and of each version there is the one wheel that pip would take. They were read
  ahead, in parallel, where pip reads one after the other;
- hashes are the sha256 that the index page states, so no file is downloaded to hash it;
- what cannot be read ends the run: pip would go on as if the index were empty;
- a dependency that brings its own address is refused.
"""
