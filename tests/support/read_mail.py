"""Reads a mail with Python's own parser. Given a file, prints what it has found as JSON."""

import email
import email.policy
import json
import sys


def text_of(message, kind):
    part = message.get_body(preferencelist=(kind,))
    return None if part is None else part.get_content().replace("\r\n", "\n")


def read_mail(raw):
    # As text: the parser of bytes does not know that headers may be UTF-8.
    message = email.message_from_string(raw.decode(), policy=email.policy.SMTPUTF8)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return {
        "names": message.keys(),
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "from_name": [address.display_name for address in message["From"].addresses],
        "from": [address.addr_spec for address in message["From"].addresses],
        "to": [address.addr_spec for address in message["To"].addresses],
        "type": message.get_content_type(),
        "types": [part.get_content_type() for part in parts],
        "encodings": [part["Content-Transfer-Encoding"] for part in parts],
        "text": text_of(message, "plain"),
        "html": text_of(message, "html"),
        "faults": [repr(fault) for part in message.walk() for fault in part.defects]
        + [repr(fault) for value in message.values() for fault in value.defects],
        "longest_line": max(len(line) for line in raw.split(b"\r\n")),
        "bare_line_ends": raw.replace(b"\r\n", b"").count(b"\r") + raw.replace(b"\r\n", b"").count(b"\n"),
        "ascii": raw.isascii(),
    }


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(json.dumps(read_mail(file.read())))
