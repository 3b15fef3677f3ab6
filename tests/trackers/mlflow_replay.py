"""A local server that replays what a real MLflow server answered (recordings/mlflow_server).

The answers were recorded from MLflow 3.17.2 by ``recordings/make_mlflow_server.py``; requests are
matched by path and by the part of their body that matters. A request that was not recorded gets
404.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

RECORDED = Path(__file__).parent / "recordings" / "mlflow_server" / "answers.json"
TOKEN = "a-token-that-no-message-may-hold"


def key_of(path, body):
    """What tells one request from another."""
    parts = urlsplit(path)
    said = json.loads(body) if body else {}
    return f"{parts.path}?{parts.query} {json.dumps(said, sort_keys=True)}"


class Replay(BaseHTTPRequestHandler):
    answers: ClassVar[dict] = {}
    asked: ClassVar[list] = []
    token: ClassVar[str] = ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append(self.path)
        if self.token and self.headers.get("Authorization") != f"Bearer {self.token}":
            self.send(401, {"error_code": "UNAUTHENTICATED"})
            return
        answer = self.answers.get(key_of(self.path, body))
        self.send(200 if answer is not None else 404, answer or {})

    do_GET = do_POST

    def send(self, code, content):
        data = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextmanager
def serving(token=""):
    """Replay the recorded server; yield its address and what was asked."""
    record = {"answers": json.loads(RECORDED.read_text()), "asked": [], "token": token}
    handler = type("Replaying", (Replay,), record)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler.asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
