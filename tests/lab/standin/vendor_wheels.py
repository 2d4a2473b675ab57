"""Make the wheels of a vendor's own builds, as packages that compute nothing: python vendor_wheels.py FOLDER."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

#: Name, version, what it requires, and its module.
WHEELS = (
    (
        *("torch", "2.7.0a0+nv25.04", ("filelock", "typing-extensions>=4.10.0", 'onnx>=1.15; extra == "onnx"')),
        "def main():\n    import sys, runpy\n    sys.argv = sys.argv[1:]\n    runpy.run_path(sys.argv[0])\n",
    ),
    ("flash_attn", "2.7.3", ("torch", "einops"), ""),
    ("transformer_engine", "2.2.0", ("torch", "einops"), ""),
    ("apex", "0.1", (), ""),
)


def main(folder: str) -> None:
    """Write the wheels."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, version, requires, code in WHEELS:
        info = f"{name}-{version}.dist-info"
        metadata = [
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}",
            *map("Requires-Dist: {}".format, requires),
        ]
        files = {
            f"{name}/__init__.py": f"__version__ = {version!r}\n{code}",
            f"{info}/METADATA": "\n".join(metadata) + "\n\nA description, Version: none\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            **({f"{info}/entry_points.txt": "[console_scripts]\ntorchrun = torch:main\n"} if code else {}),
        }
        with zipfile.ZipFile(place / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            for path, text in files.items():
                wheel.writestr(path, text)
            wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
