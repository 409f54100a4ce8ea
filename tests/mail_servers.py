"""A mail server on this machine that keeps what it is given."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What came in; `refuses` answers every e-mail so instead."""

    address: str = ""
    mails: list[str] = field(default_factory=list)
    refuses: str = ""


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Listens on a free port until the block ends."""
    box = Mailbox()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                command = line.split()[0].upper()
                if command == "DATA":
                    self.say(box.refuses or "354 go on")
                    if not box.refuses:
                        box.mails.append(self.mail())
                        self.say("250 taken")
                elif command == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 well")

        def mail(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                lines.append(line)
            return "\n".join(lines)

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.TCPServer(("127.0.0.1", 0), Conversation) as server:
        box.address = f"smtp://127.0.0.1:{server.server_address[1]}/?from=gangway@example.com"
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join(5)
