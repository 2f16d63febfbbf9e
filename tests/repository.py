"""Which files belong to the repository; works in a download without git as well."""

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def files(root=ROOT):
    """Yield the files below `root` that .gitignore does not leave out."""
    ignored = [".git", *(line.strip("/ ") for line in (root / ".gitignore").read_text().splitlines() if line.strip())]
    pending = [root]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if any(fnmatch(path.name, pattern) for pattern in ignored) or path.is_symlink():
                continue
            if path.is_dir():
                pending.append(path)
            else:
                yield path


def text_files(root=ROOT):
    """Yield those of them that hold text."""
    return (path for path in files(root) if b"\0" not in path.read_bytes())
