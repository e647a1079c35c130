#!/usr/bin/env python3
"""run_page.py PROJECT NOTIFIER PAGE: runs the commands of a document as a reader would, and compares what they print.

The blocks of a page run in order, in one shell, in a fresh folder that has the project's config/. A block says what it is behind its
fence:

  sh             is run, and has to succeed
  sh serves      starts a notifier, which runs on until the next such block; the page goes on when it is ready
  sh servers     from here on there are the settings of the test servers: RABBITMQ_URL, MYSQL_HOST and so on; `serves` may be there
                 too, and `mariadb` for a MariaDB in place of a MySQL
  sh needs NAME  is run where the program NAME is installed, and skipped in words elsewhere; after the other words
  console WHY    is a command that the test cannot run, for that reason
  output         is what the `sh` block before it prints on standard output; `…` stands for any text, a line of its own for any lines
  output later   likewise; the block before is repeated until it prints that

Every other block is data, and if its fence names a file, written to that. Commands within a line, and in `console` blocks, are not run, but their subcommands and options have to exist.
`./dev run` starts the executable under test. Ports are replaced by free ones. `0199…` stands for an event id:
in a command for the one that was printed last."""

import functools
import itertools
import json
import os
import re
import secrets
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BLOCK_SECONDS = 90
DATA = {"toml", "json", "mermaid", "text", "sql", "ini", "cpp", "mustache", "http", "python", "javascript", "java"}
PORTS = ("3005", "3006", "1025", "8080", "8081")
FENCE = re.compile(r"^(`{3,})(.*)$")


class Failure(Exception):
    pass


class Block:
    def __init__(self, page, line, info, text):
        self.place = f"{page}:{line}"
        self.kind, *self.words = info.split() or [""]
        self.text = text

    def missing(self):
        """The program that it needs and that is not there."""
        needed = self.words[self.words.index("needs") + 1] if self.kind == "sh" and "needs" in self.words else None
        return needed if needed and not shutil.which(needed) else None

    def check(self, before):
        """A block that nobody runs must not look as if it were run."""
        if self.kind == "console" and not self.words:
            raise Failure(f"{self.place}: a console block says behind its fence why it is not run")
        if self.kind == "output" and (before is None or before.kind != "sh"):
            raise Failure(f"{self.place}: there is no sh block before this output")
        if self.kind not in DATA | {"sh", "console", "output"}:
            raise Failure(f"{self.place}: a block is sh, console, output or one of {', '.join(sorted(DATA))}, not '{self.kind}'")


def blocks_of(page, path):
    blocks, fence, start, info, lines = [], None, 0, "", []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            mark = FENCE.match(line)
            if fence is None and mark:
                fence, start, info, lines = mark.group(1), number, mark.group(2), []
            elif fence is not None and line == fence:
                blocks.append(Block(page, start, info, "\n".join(lines)))
                blocks[-1].check(blocks[-2] if len(blocks) > 1 else None)
                fence = None
            elif fence is not None:
                lines.append(line)
            elif line.lstrip().startswith("```"):
                raise Failure(f"{page}:{number}: an indented block is not seen by this test")
    if fence is not None:
        raise Failure(f"{page}:{start}: this block has no end")
    return blocks


def mentions_in(page, path):
    """Commands in code within a line, and the lines of console blocks, with their places."""
    kind = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            mark = FENCE.match(line.rstrip("\n"))
            if mark:
                kind = None if kind is not None else mark.group(2).split()[:1]
                continue
            commands = re.findall(r"(?<!`)`([^`]+)`(?!`)", line) if kind is None else [line] if kind == ["console"] else []
            for command in commands:
                if re.match(r"(notifier|\./dev) [a-zA-Z-]", command):
                    yield f"{page}:{number}", command.split("#")[0]


def pattern_of(expected):
    """The expected output as a regular expression."""
    parts = []
    for line in expected.split("\n"):
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(text) for text in line.replace("0199…", "…").split("…")) + r"\n")
    return re.compile("".join(parts))


def free_port():
    """Below those that the system hands out by itself, and those of the test servers: nobody takes it before the page does."""
    while True:
        port = 10000 + secrets.randbelow(10000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return str(port)
            except OSError:
                continue


class Servers:
    """A virtual host of the test's RabbitMQ and a database of its MySQL, which nobody else uses."""

    def __init__(self, database):
        self.name = "docs_" + secrets.token_hex(6)
        try:
            self.amqp, self.management, self.mysql = (
                os.environ[f"NOTIFIER_TEST_{port}_PORT"] for port in ("RABBITMQ", "RABBITMQ_MANAGEMENT", database))
        except KeyError as missing:
            raise Failure(f"{missing.args[0]} is not set: ./dev test starts the servers") from None
        self.ask_rabbitmq("PUT")
        self.ask_mysql(f"CREATE DATABASE {self.name}")

    def settings(self):
        return {
            "RABBITMQ_URL": f"amqp://guest:guest@127.0.0.1:{self.amqp}/{self.name}",
            "MYSQL_HOST": "127.0.0.1", "MYSQL_PORT": self.mysql, "MYSQL_DATABASE": self.name,
            "MYSQL_USER": "notifier", "MYSQL_PASSWORD": "notifier-test"}

    def addressed_by(self, text):
        """A command for RabbitMQ's management API, with its port and the virtual host `/`."""
        return text.replace(":15672/", f":{self.management}/").replace("/%2F", f"/{self.name}")

    def remove(self):
        self.ask_rabbitmq("DELETE")
        self.ask_mysql(f"DROP DATABASE {self.name}")

    def ask_rabbitmq(self, method):
        request = urllib.request.Request(f"http://127.0.0.1:{self.management}/api/vhosts/{self.name}", method=method)
        request.add_header("Authorization", "Basic Z3Vlc3Q6Z3Vlc3Q=")  # guest:guest
        urllib.request.urlopen(request, timeout=30).close()

    def ask_mysql(self, statement):
        subprocess.run(
            ["mariadb", "--no-defaults", "--host=127.0.0.1", f"--port={self.mysql}", "--user=notifier", "--skip-ssl", "--execute", statement],
            env={**os.environ, "MYSQL_PWD": "notifier-test"}, check=True, timeout=60)


class Shell:
    """A bash that runs one block after the other. Its standard output tells when each has ended; blocks have files."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.count = 0
        self.server = None
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, env=environment, text=True, bufsize=1, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        # A server becomes a group of processes that can be ended by itself.
        self.process.stdin.write("set -m\n")

    def write(self, text):
        self.count += 1
        return self.write_file(f".block-{self.count}", text)

    def write_file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        return path

    def ask(self, command):
        """Runs a command of one line, and returns what it writes to the shell's own standard output; None if the shell ended."""
        self.process.stdin.write(command + "\n")
        if not select.select([self.process.stdout], [], [], BLOCK_SECONDS)[0]:
            raise Failure(f"did not end within {BLOCK_SECONDS} s")
        return self.process.stdout.readline().strip() or None

    def run(self, text, repeatable):
        """Returns the status and what was printed. What is not repeated leaves its variables to the blocks that follow."""
        file = self.write(text)
        source = f"set -e -o pipefail; source {file}"
        if repeatable:
            command = f"( {source} ) > {file}.out 2> {file}.err; echo $?"
        else:
            command = f"{{ {source}; set +e; }} > {file}.out 2> {file}.err; echo 0"
        status = self.ask(command)
        return status == "0", read(f"{file}.out"), read(f"{file}.err")

    def serve(self, text):
        self.stop_server()
        file = self.write(text)
        self.server_log = f"{file}.err"
        self.server = int(self.ask(f"( source {file} ) > {file}.out 2> {file}.err & echo $!"))

    def stop_server(self):
        if self.server is None:
            return
        end_group(self.server)
        self.server = None

    def close(self):
        self.stop_server()
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


def end_group(group):
    """Asks a group of processes to end, and waits until none is left."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + BLOCK_SECONDS
        try:
            os.killpg(group, number)
            while time.monotonic() < deadline:
                os.killpg(group, 0)
                time.sleep(0.05)
        except ProcessLookupError:
            return


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().replace("\r", "")


class Page:
    def __init__(self, project, notifier, page):
        self.project, self.notifier, self.page = project, notifier, page
        self.blocks = blocks_of(page, os.path.join(project, page))
        self.ports = {port: free_port() for port in PORTS}
        self.event_id = None
        self.shell = None
        self.servers = None

    def check_mentions(self):
        """What is not run may still be misspelt, or gone."""
        help_of_dev = subprocess.run([os.path.join(self.project, "dev"), "help"], capture_output=True, text=True, check=True).stdout
        for place, command in mentions_in(self.page, os.path.join(self.project, self.page)):
            program, *words = command.split()
            if program == "./dev" and words and f"./dev {words[0]}" not in help_of_dev:
                raise Failure(f"{place}: ./dev has no '{words[0]}'")
            if program == "notifier":
                self.check_options(place, words)

    def check_options(self, place, words):
        subcommands = list(itertools.takewhile(lambda word: re.fullmatch(r"[a-z][a-z-]*", word), words))
        subcommands = subcommands[:2 if subcommands[:1] == ["dead-letters"] else 1]
        answer = subprocess.run([self.notifier, *subcommands, "--help"], capture_output=True, text=True, check=False)
        if f"Usage: {' '.join(['notifier', *subcommands])} " not in answer.stdout:
            raise Failure(f"{place}: notifier has no '{' '.join(subcommands)}'")
        for option in words[len(subcommands):]:
            if option.startswith("--") and not re.search(rf"{re.escape(option)}(?![\w-])", answer.stdout):
                raise Failure(f"{place}: 'notifier {' '.join(subcommands)}' has no {option}")

    def run(self):
        self.check_mentions()
        if not any(block.kind == "sh" for block in self.blocks):
            return
        with tempfile.TemporaryDirectory(prefix="notifier-docs-") as folder:
            try:
                self.shell = Shell(folder, self.prepare(folder))
                self.run_blocks()
            finally:
                if self.shell:
                    self.shell.close()
                if self.servers:
                    self.servers.remove()

    def prepare(self, folder):
        os.mkdir(os.path.join(folder, "bin"))
        os.symlink(self.notifier, os.path.join(folder, "bin/notifier"))
        os.symlink("/usr/bin/python3", os.path.join(folder, "bin/python3"))  # the one that has Debian's packages
        with open(os.path.join(folder, "dev"), "w", encoding="utf-8") as dev:
            dev.write('#!/bin/sh\n[ "$1" = run ] || { echo "only ./dev run is run here" >&2; exit 2; }\nshift\nexec notifier all "$@"\n')
        os.chmod(os.path.join(folder, "dev"), 0o755)
        shutil.copytree(os.path.join(self.project, "config"), os.path.join(folder, "config"))
        with open(os.path.join(folder, "config/mail.toml"), "r+", encoding="utf-8") as mail:
            text = mail.read()
            mail.seek(0)
            mail.write(self.with_ports(text))
            mail.truncate()
        environment = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
        environment.update(
            PATH=f"{folder}/bin:{os.environ['PATH']}", LC_ALL="C.UTF-8", API_KEY="development-key", API_PORT=self.ports["3005"],
            HEALTH_PORT=self.ports["3006"])
        return environment

    def begin_with_servers(self, block):
        self.servers = Servers("MARIADB" if "mariadb" in block.words else "MYSQL")
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in self.servers.settings().items())
        self.shell.ask(f"export {settings}; echo")
        # Newer clients insist on a certificate that they can check.
        for name in ("mariadb", "mariadb-dump"):
            self.shell.write_file(f"bin/{name}", f'#!/bin/sh\nexec {shutil.which(name)} "$@" --skip-ssl')
            os.chmod(os.path.join(self.shell.folder, "bin", name), 0o755)

    def with_ports(self, text):
        return re.sub(rf"(?<!\d)({'|'.join(PORTS)})(?!\d)", lambda port: self.ports[port.group(1)], text)

    def run_blocks(self):
        for index, block in enumerate(self.blocks):
            if block.kind in DATA and block.words:
                self.shell.write_file(block.words[0], self.with_ports(block.text))
            if block.kind != "sh":
                continue
            if block.missing():
                print(f"{block.place}: skipped, there is no {block.missing()} here", flush=True)
                continue
            following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
            expected = following if following and following.kind == "output" else None
            print(f"{block.place}: {block.text.splitlines()[0]}", flush=True)
            try:
                self.run_block(block, expected)
            except Failure as failure:
                raise Failure(f"{block.place}: {failure}\n{self.server_log()}") from None

    def run_block(self, block, expected):
        text = self.with_ports(block.text)
        if "servers" in block.words and not self.servers:
            self.begin_with_servers(block)
        if self.servers:
            text = self.servers.addressed_by(text)
        if "0199…" in text:
            if not self.event_id:
                raise Failure("no event id was printed before")
            text = text.replace("0199…", self.event_id)
        if "serves" in block.words:
            self.shell.serve(text)
            self.await_ready(text)
            return
        self.run_command(text, expected)

    def run_command(self, text, expected):
        later = expected is not None and "later" in expected.words
        deadline = time.monotonic() + BLOCK_SECONDS
        while True:
            succeeded, output, errors = self.shell.run(text, repeatable=later)
            matches = expected is None or pattern_of(expected.text).fullmatch(output if output.endswith("\n") else output + "\n")
            if succeeded and matches:
                break
            if not later or time.monotonic() > deadline:
                raise Failure(f"{'printed something else' if succeeded else 'failed'}\n--- standard output\n{output}\n--- standard error\n{errors}")
            time.sleep(0.2)
        ids = re.findall(r'"eventId":"([^"/]+)"', output)
        self.event_id = ids[-1] if ids else self.event_id

    def await_ready(self, text):
        """Until every notifier that the block has started says that it is ready, and whatever else it has started listens."""
        deadline = time.monotonic() + BLOCK_SECONDS
        ready = [functools.partial(is_ready, self.ports["3005"])]
        if re.search(r"notifier .*\bconsume\b", text):
            ready.append(functools.partial(is_ready, self.ports["3006"]))
        ready += [functools.partial(listens, port) for name, port in self.ports.items() if not name.startswith("300") and port in text]
        while not all(part() for part in ready):
            if time.monotonic() > deadline:
                raise Failure(f"what it starts is not ready after {BLOCK_SECONDS} s")
            time.sleep(0.1)

    def server_log(self):
        return "--- log of the server\n" + read(self.shell.server_log) if self.shell.server else ""


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return json.load(answer)["status"] == "ready"
    except (OSError, ValueError, urllib.error.URLError):
        return False


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(port))) == 0


def main():
    project, notifier, page = sys.argv[1:]
    try:
        Page(os.path.realpath(project), os.path.realpath(notifier), page).run()
    except Failure as failure:
        sys.exit(str(failure))


main()
