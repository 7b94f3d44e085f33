"""A client of yaml-language-server, as an editor is one: messages over its standard input and output."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ANY = "designs"
"""The folder whose files have the schema of all files."""
PROPERTY = 10
"""The protocol's number for a key among completions."""


class Offer(NamedTuple):
    """A completion: its label, whether it is a key, else it is a value, and the text that it inserts."""

    label: str
    is_key: bool
    text: str = ""


class Server:
    """A running server that validates each `*.yaml` with the schema of its folder."""

    def __init__(self, program: Path, schemas: dict[str, Path]) -> None:
        folders = {schema.as_uri(): f"{folder}/*.yaml" for folder, schema in schemas.items()}
        self.settings = {"schemas": folders, "validate": True, "schemaStore": {"enable": False}}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(["node", str(program), "--stdio"], **pipes)
        self.sent = 0
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"completion": {}}}
        self.request("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.write({"method": "initialized", "params": {}})

    def write(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has stopped"
        return json.loads(self.process.stdout.read(length))

    def until(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message of that sort; questions of the server are answered on the way."""
        while True:
            message = self.read()
            if "method" in message and "id" in message:
                items = (message.get("params") or {}).get("items", [])
                result = [self.settings if item.get("section") == "yaml" else None for item in items]
                self.write({"id": message["id"], "result": result or None})
            elif is_wanted(message):
                return message

    def request(self, method: str, params: dict[str, Any]) -> Any:
        self.sent += 1
        number = self.sent
        self.write({"id": number, "method": method, "params": params})
        return self.until(lambda message: message.get("id") == number)["result"]

    def open(self, text: str, folder: str) -> tuple[str, list[dict[str, Any]]]:
        """The address of a new document with that text, and what the server says about it."""
        self.sent += 1
        uri = f"file:///{folder}/{self.sent}.yaml"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.write({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        kind = "textDocument/publishDiagnostics"
        message = self.until(lambda message: message.get("method") == kind and message["params"]["uri"] == uri)
        return uri, message["params"]["diagnostics"]

    def marks(self, text: str, folder: str = ANY) -> list[tuple[int, str]]:
        """The 1-based line and the message of each squiggle."""
        return [(mark["range"]["start"]["line"] + 1, mark["message"]) for mark in self.open(text, folder)[1]]

    def offers(self, text: str, folder: str = ANY) -> list[Offer]:
        """What is offered at the `|` of a text."""
        before, _, after = text.partition("|")
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        document = {"uri": self.open(before + after, folder)[0]}
        result = self.request("textDocument/completion", {"textDocument": document, "position": place})
        return [Offer(item["label"], item.get("kind") == PROPERTY, item["insertText"]) for item in result["items"]]

    def completions(self, text: str, folder: str = ANY) -> list[str]:
        """The labels of what is offered."""
        return [offer.label for offer in self.offers(text, folder)]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
