#!/usr/bin/env python3
"""check-quotes.py: whether docs/troubleshooting.md quotes only what the program says: each message between backticks in the first column of
its tables, with … for what varies, is found in the sources."""

import errno
import glob
import os
import re
import sys

PAGE = "docs/troubleshooting.md"
QUOTE = re.compile(r"`([^`]+)`")
BETWEEN_LITERALS = re.compile(r'"\s*\n\s*(?:R?")')


def sources():
    files = glob.glob("src/**/*.[ch]pp", recursive=True) + glob.glob("include/**/*.hpp", recursive=True)
    text = "\n".join(open(file, encoding="utf-8").read() for file in sorted(files))
    return BETWEEN_LITERALS.sub("", text)


def parts_of(quote):
    return [part.strip(" :") for part in quote.split("…") if part.strip(" :")]


def main():
    said = sources()
    words_of_system = {os.strerror(number) for number in errno.errorcode}
    wrong = []
    with open(PAGE, encoding="utf-8") as page:
        for number, line in enumerate(page, 1):
            symptom = line.split("|")[1] if line.startswith("|") else ""
            for quote in QUOTE.findall(symptom):
                for part in parts_of(quote):
                    if part not in said and part not in words_of_system:
                        wrong.append(f"{PAGE}:{number}: no source says '{part}' of '{quote}'")
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
