"""A real SMTP server (aiosmtpd) on 127.0.0.1 that can misbehave. Says on which port it listens; for each mail that it
accepts, and each MAIL and AUTH command, appends a line of JSON to the file --record. Ends with the process that started it.

What it does with a mail goes by the local part of the recipient:
  rcpt-CODE, data-CODE   answers with that code to RCPT or to the text of the mail; with an enhanced one after a further hyphen
  long, controls         refuses RCPT with a reply that is too long, or has several lines and controls
  hang                   never answers to the text of the mail
  rude                   refuses RCPT with 550 and never answers to QUIT
  slow                   answers after 300 ms, slower after 4 s
  deaf                   never answers to RCPT
  grey                   is refused with 451 thrice, and then accepted
  die                    drops the connection amid the text of the mail
  last                   accepts, then says 421 and closes the connection
  discard                accepts and records nothing

Of mechanisms it has PLAIN and LOGIN; CRAM-MD5, if it is offered, is refused or, with --unreadable, begun with no challenge.
"""

import argparse
import asyncio
import json
import os
import ssl
import sys

sys.dont_write_bytecode = True  # the scripts are in the source tree
sys.path.insert(0, os.path.dirname(__file__))

from aiosmtpd.smtp import SMTP, AuthResult  # noqa: E402
from read_mail import read_mail  # noqa: E402

DELAYS = {"slow": 0.3, "slower": 4}
USER, PASSWORD = b"notifier", b"mail-test"
REPLIES = {
    "rude": "550 go away",
    "long": "550 5.1.1 " + "no such user, " * 30,
    "controls": "550-5.1.1 no\x1b[31m such\r\n550 5.1.1 user\t\x01here",
}


def local_part(address):
    return address.rpartition("@")[0]


def is_full_name(name):
    return "." in name or name.startswith("[")


class Handler:
    def __init__(self, record, options):
        self.record = record
        self.options = options
        self.refusals_left = 3

    def note(self, **what):
        self.record.write(json.dumps(what) + "\n")
        self.record.flush()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.note(kind="command", name="EHLO", said=hostname)
        if self.options.offer is not None:
            offer = [f"250-AUTH{self.options.offer}"] if self.options.offer else []
            responses = offer + [line for line in responses if not line.startswith("250-AUTH")]
        return [line.lower() for line in responses] if self.options.small_letters else responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = local_part(address)
        if self.options.full_name and not is_full_name(session.host_name):
            return f"504 5.5.2 <{session.host_name}>: need a fully-qualified hostname"
        if local == "deaf":
            await asyncio.sleep(3600)
        if local == "grey" and self.refusals_left > 0:
            self.refusals_left -= 1
            return "451 4.7.1 greylisted, come again"
        if local.startswith("rcpt-"):
            return f"{local[5:].replace('-', ' ')} refused at RCPT"
        if local in REPLIES:
            server.rude = local == "rude"
            return REPLIES[local]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        local = local_part(envelope.rcpt_tos[0])
        if local == "discard":
            return "250 2.0.0 OK"
        if local == "hang":
            await asyncio.sleep(3600)
        if local in DELAYS:
            await asyncio.sleep(DELAYS[local])
        if local.startswith("data-"):
            return f"{local[5:].replace('-', ' ')} refused at the end of DATA"
        self.note(
            kind="mail",
            connection=session.peer[1],
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            smtputf8=envelope.smtp_utf8,
            tls=server.transport.get_extra_info("ssl_object") is not None,
            authenticated=bool(session.authenticated),
            mail=read_mail(envelope.content),
        )
        if local == "last":
            asyncio.get_running_loop().call_soon(server.say_goodbye)
        return "250 2.0.0 OK"


class Server(SMTP):
    rude = False

    def say_goodbye(self):
        self.transport.write(b"421 4.3.2 closing the connection\r\n")
        self.transport.close()

    async def smtp_MAIL(self, arg):
        self.event_handler.note(kind="command", name="MAIL")
        await super().smtp_MAIL(arg)

    async def smtp_AUTH(self, arg):
        self.event_handler.note(kind="command", name="AUTH", said=arg.split()[0])
        if arg.startswith("CRAM-MD5"):
            await self.refuse_cram_md5()
        else:
            await super().smtp_AUTH(arg)

    async def refuse_cram_md5(self):
        await self.push("334 *no challenge*" if self.event_handler.options.unreadable else "334 PDEyM0BtYWlsLmV4YW1wbGU+")
        answer = await self._reader.readline()
        await self.push("501 5.7.0 cancelled" if answer.strip() == b"*" else "535 5.7.8 refused")

    async def smtp_QUIT(self, arg):
        if self.rude:
            await asyncio.sleep(3600)
        await super().smtp_QUIT(arg)

    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos and local_part(self.envelope.rcpt_tos[0]) == "die":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == USER and data.password == PASSWORD, handled=False)


def tls_context(options):
    if not options.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    return context


async def serve(options, record):
    context = tls_context(options)
    handler = Handler(record, options)

    def new_session():
        return Server(
            handler,
            enable_SMTPUTF8=not options.no_smtputf8,
            hostname="mail.example",
            tls_context=context if options.tls == "starttls" else None,
            require_starttls=options.tls == "starttls",
            authenticator=authenticate,
            auth_required=options.auth,
            auth_require_tls=False,
            command_call_limit=1_000_000_000,
            loop=asyncio.get_running_loop(),
        )

    implicit = context if options.tls == "implicit" else None
    server = await asyncio.get_running_loop().create_server(new_session, "127.0.0.1", 0, ssl=implicit)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}, separators=(",", ":")), flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)


parser = argparse.ArgumentParser()
parser.add_argument("--record", required=True)
parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
parser.add_argument("--certificate", help="PEM: the key and the certificate")
parser.add_argument("--auth", action="store_true", help="requires it")
parser.add_argument("--no-smtputf8", action="store_true")
parser.add_argument("--offer", help="what follows AUTH in the answer to EHLO; empty: no AUTH")
parser.add_argument("--unreadable", action="store_true", help="CRAM-MD5 begins with what is no challenge")
parser.add_argument("--small-letters", action="store_true", help="in the answer to EHLO")
parser.add_argument("--full-name", action="store_true", help="requires that EHLO says one")
arguments = parser.parse_args()
with open(arguments.record, "a") as file:
    asyncio.run(serve(arguments, file))
