"""A recipe of CONTRIBUTING.md as a program follows it: new files, changes of files that are there, command lines."""

from fenced import blocks


def recipe(text, title):
    """The new files, the changes as (path, hunk), and the commands under ``Recipe: title``."""
    mine = [b for b in blocks(text) if b.heading == f"Recipe: {title}"]
    assert mine, f"CONTRIBUTING.md has no recipe for {title!r}"
    new = dict(_new(b.text) for b in mine if b.language == "python")
    changes = [change for b in mine if b.language == "diff" for change in _changes(b.text)]
    return new, changes, [line for b in mine if not b.language for line in b.text.splitlines()]


def _new(text):
    first, _, rest = text.partition("\n")
    assert first.startswith("# "), f"a new file begins with its path as a comment, not with {first!r}"
    return first.removeprefix("# "), rest


def _changes(text):
    for part in text.split("+++ ")[1:]:
        path, _, hunks = part.partition("\n")
        for hunk in hunks.split("@@\n"):
            yield path, hunk


def changed(text, hunk):
    """The text with the hunk in it; what the hunk leaves or takes away must stand there, once."""
    lines = hunk.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    found = ("\n" + text).count("\n" + old)
    assert found == 1, f"{found} places, not one, for\n{hunk}"
    return ("\n" + text).replace("\n" + old, "\n" + new)[1:]


def follow(where, new, changes):
    """Write the files and change those that are there."""
    for path, text in new.items():
        assert not (where / path).exists(), f"{path} is there already"
        (where / path).write_text(text)
    for path, hunk in changes:
        (where / path).write_text(changed((where / path).read_text(), hunk))
