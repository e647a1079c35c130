#!/usr/bin/env python3
"""check-links.py [FOLDER]: whether each relative link of the project's *.md files leads to a file, and its anchor to a heading there, and
whether lines are at most 150 characters long, but for tables and lines without a place to break."""

import functools
import os
import re
import subprocess
import sys

LONGEST_LINE = 150
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")  # its text may begin on the line before
REFERENCE = re.compile(r"^\[[^\]]+\]:\s*(\S+)")
FENCE = re.compile(r"^\s*(```+|~~~+)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")


def prose(path):
    """The lines of a file with their numbers; those within fences, and code between backticks in the others, are left empty."""
    fence = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            mark = FENCE.match(line)
            if fence or mark:
                if fence is None:
                    fence = mark.group(1)
                elif mark and mark.group(1).startswith(fence) and line.strip() == mark.group(1):
                    fence = None
                yield number, line, ""
            else:
                yield number, line, re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)


def anchor_of(heading):
    """As GitHub makes it: the text of the heading in lower case, its spaces as hyphens, without other punctuation."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"[^\w\- ]", "", text.replace("`", "").replace("*", ""), flags=re.UNICODE)
    return text.lower().replace(" ", "-")


@functools.lru_cache(maxsize=None)
def anchors(path):
    found, seen = set(), {}
    for _, line, text in prose(path):
        heading = HEADING.match(line) if text or not line else None
        if heading:
            anchor = anchor_of(heading.group(1))
            count = seen.get(anchor, 0)
            seen[anchor] = count + 1
            found.add(anchor if count == 0 else f"{anchor}-{count}")
        found.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    return found


def fault_of(target, page):
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return None  # another site: a check that needs the network would fail for what others do
    path, _, anchor = target.partition("#")
    file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
    if path.startswith("/") or file.startswith(".."):
        return "leads out of the project"
    if not os.path.exists(file):
        return "leads to no file"
    if anchor and file.endswith(".md") and anchor not in anchors(file):
        return f"leads to no heading of {file}"
    return None


def faults(page):
    for number, line, text in prose(page):
        for target in LINK.findall(text) + REFERENCE.findall(text):
            fault = fault_of(target, page)
            if fault:
                yield f"{page}:{number}: {target} {fault}"
        if text and len(line) > LONGEST_LINE and not line.startswith("|") and " " in line.strip():
            yield f"{page}:{number}: the line has {len(line)} characters, of {LONGEST_LINE} at most"


def main():
    os.chdir(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.realpath(__file__)), "../.."))
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], capture_output=True, text=True, check=True)
    pages = [page for page in listed.stdout.splitlines() if os.path.exists(page)]
    if not pages:
        sys.exit("found no pages: is this the project?")
    found = [fault for page in pages for fault in faults(page)]
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)


main()
