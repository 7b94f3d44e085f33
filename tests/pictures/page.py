"""A page of the browser: what it requests and reports, clicks and keys, scripts, screenshots."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.pictures.protocol import Chromium, Event, ProtocolError

CODES = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
TEXTS = {"Enter": "\r"}
"""Keys with a name that type a character."""
MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
LOCAL = ("data:", "blob:", "about:")
"""Addresses that need no network and no file."""
CENTER = """(() => {
    const element = document.querySelector(SELECTOR);
    if (!element) return null;
    element.scrollIntoView({block: "center", inline: "center"});
    const box = element.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
})()"""


class Node(NamedTuple):
    """What a screen reader says of an element: its role and its name."""

    role: str
    name: str


class Page:
    """A tab. `requests` and `messages` list what happened since the page was made."""

    def __init__(self, browser: Chromium, width: int = 1600, height: int = 1000) -> None:
        self.browser = browser
        self.size = (width, height)
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        self.address = "about:blank"
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.resize(width, height)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command of the protocol."""
        return self.browser.call(method, self.session, **params)

    def open(self, address: str) -> None:
        """Load a page, and wait until it and all that it names are there."""
        self.address = address
        # From another page, so that an address that differs in its fragment only is loaded, too.
        for stop in ("about:blank", address):
            loader = self.call("Page.navigate", url=stop)["loaderId"]
            self.browser.wait(Event(self.session, "Page.lifecycleEvent", {"loaderId": loader, "name": "load"}))

    def show(self, html: str) -> None:
        """Load a text as a page, from a file: a page in memory has another policy of security."""
        file = self.browser.folder / f"{self.target}.html"
        file.write_text(html, encoding="utf-8")
        self.open(file.as_uri())

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is awaited. Raises ProtocolError with the script's error."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise ProtocolError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def apply(self, function: str, *values: Any) -> Any:
        """The result of a JavaScript function called with these values."""
        return self.evaluate(f"({function})({', '.join(map(json.dumps, values))})")

    def resize(self, width: int, height: int) -> None:
        """Set the size of the window, in CSS pixels."""
        self.size = (width, height)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    @contextmanager
    def media(self, kind: str = "screen", dark: bool = False) -> Iterator[None]:
        """Show the page in print, or to a user who prefers dark colors."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=kind, features=features)
        yield
        self.call("Emulation.setEmulatedMedia", media="", features=[])

    @contextmanager
    def without_scripts(self) -> Iterator[None]:
        """Show the page to a user who has switched off JavaScript; `evaluate` doesn't work then."""
        self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.open(self.address)
        yield
        self.call("Emulation.setScriptExecutionDisabled", value=False)
        self.open(self.address)

    def click(self, selector: str) -> None:
        """Click on the middle of an element."""
        point = self.evaluate(CENTER.replace("SELECTOR", json.dumps(selector)))
        if point is None:
            raise LookupError(f"no element {selector}")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, x=point[0], y=point[1], **button)

    def press(self, keys: str) -> None:
        """Press a key by its name (`Enter`, `/`), with modifiers before it (`Shift+Tab`)."""
        *modifiers, key = keys.split("+") if len(keys) > 1 else [keys]
        text = TEXTS.get(key, key if len(key) == 1 else "")
        words = {"key": key, "modifiers": sum(MODIFIERS[name] for name in modifiers)}
        code = CODES.get(key, ord(key.upper()) if key.isalnum() and len(key) == 1 else 0)
        typed = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", windowsVirtualKeyCode=code, **words, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", windowsVirtualKeyCode=code, **words)

    def type(self, text: str) -> None:
        """Press the key of each character."""
        for character in text:
            self.press(character)

    @property
    def requests(self) -> list[str]:
        """The addresses that the pages asked for, besides their own."""
        addresses = [details["request"]["url"] for details in self._events("Network.requestWillBeSent")]
        return [address for address in addresses if address != self.address and not address.startswith(LOCAL)]

    @property
    def messages(self) -> list[str]:
        """What is in the console: the pages' own words, uncaught errors, and what the browser reports, as refusals."""
        self.evaluate("new Promise(done => setTimeout(done, 0))")
        own = [
            " ".join(str(part.get("value", part.get("description", ""))) for part in details["args"])
            for details in self._events("Runtime.consoleAPICalled")
        ]
        errors = [details["exceptionDetails"] for details in self._events("Runtime.exceptionThrown")]
        thrown = [error.get("exception", {}).get("description", error["text"]) for error in errors]
        return own + thrown + [details["entry"]["text"] for details in self._events("Log.entryAdded")]

    def nodes(self) -> list[Node]:
        """What a screen reader reads, in order, without what it ignores."""
        tree = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            Node(node.get("role", {}).get("value", ""), node.get("name", {}).get("value", ""))
            for node in tree
            if not node["ignored"]
        ]

    def screenshot(self, path: Path) -> None:
        """Write the whole page as PNG, also what is below the window."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": max(1, size["width"]), "height": max(1, size["height"]), "scale": 1}
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def print(self, path: Path) -> None:
        """Write the page as it is printed, as PDF."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"]))

    def close(self) -> None:
        """Close the tab, and forget what happened in it."""
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.events[:] = [event for event in self.browser.events if event.page != self.session]

    def _events(self, name: str) -> list[dict[str, Any]]:
        self.call("Runtime.getIsolateId")
        return [event.details for event in self.browser.events if (event.page, event.name) == (self.session, name)]
