"""Headless Chromium over a pipe: commands of its DevTools protocol, and the events that come back."""

import json
import os
import selectors
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
"""No test needs a network: no name of a host is resolved."""
PIPES = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'
"""Chromium reads commands from descriptor 3 and writes answers to descriptor 4."""
PATIENCE = 120
"""Seconds until a silent browser counts as hung. The machine may be busy."""


class ProtocolError(Exception):
    """Chromium refused a command, stopped, or was silent for too long."""


class Event(NamedTuple):
    """What the browser reported by itself, in one of its pages."""

    page: str
    name: str
    details: dict[str, Any]

    def is_part_of(self, other: "Event") -> bool:
        """Whether the other one is the same event in the same page and has these details."""
        return self[:2] == other[:2] and self.details.items() <= other.details.items()


def chromium_program() -> str | None:
    """The path of the installed Chromium."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Chromium:
    """A running browser with a new, empty profile."""

    def __init__(self, program: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chromium-"))
        command = ["sh", "-c", PIPES, program, *FLAGS, f"--user-data-dir={self.folder / 'profile'}", "about:blank"]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        self.unread = b""
        self.sent = 0
        self.events: list[Event] = []

    def call(self, method: str, page: str = "", **params: Any) -> dict[str, Any]:
        """The result of a command, given to the browser or to one of its pages. Raises ProtocolError."""
        self.sent += 1
        number = self.sent
        session = {"sessionId": page} if page else {}
        command = json.dumps({"id": number, "method": method, "params": params, **session})
        self._write(command.encode() + b"\0")
        while (message := self._read(PATIENCE)) is None or message.get("id") != number:
            if message is None:
                raise self._error(f"{method}: no answer")
        if "error" in message:
            raise ProtocolError(f"{method}: {message['error']['message']}")
        return message["result"]

    def wait(self, event: Event) -> None:
        """Return when that event has come, with at least these details. Raises ProtocolError."""
        while not any(event.is_part_of(other) for other in self.events):
            if self._read(PATIENCE) is None:
                raise self._error(f"{event.name}: no such event")

    def stop(self) -> None:
        """End the browser and remove its profile."""
        self.process.kill()
        self.process.wait()
        # Commands that a browser left unread can't be flushed.
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, data: bytes) -> None:
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise self._error("the browser stopped") from error

    def _read(self, seconds: float) -> dict[str, Any] | None:
        """The next message. An event is also kept in the list."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\0" not in self.unread:
                if not selector.select(max(0, deadline - time.monotonic())):
                    return None
                data = os.read(self.process.stdout.fileno(), 1 << 20)
                if not data:
                    raise self._error("the browser stopped")
                self.unread += data
        text, _, self.unread = self.unread.partition(b"\0")
        message = json.loads(text)
        if "method" in message:
            self.events.append(Event(message.get("sessionId", ""), message["method"], message["params"]))
        return message

    def _error(self, what: str) -> ProtocolError:
        log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        return ProtocolError(f"{what}\n{log[-2000:]}")


@contextmanager
def running_chromium() -> Iterator[Chromium]:
    """A browser that is stopped at the end. Raises FileNotFoundError if none is installed."""
    program = chromium_program()
    if program is None:
        raise FileNotFoundError(" or ".join(PROGRAMS))
    browser = Chromium(program)
    try:
        yield browser
    finally:
        browser.stop()
