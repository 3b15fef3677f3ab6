"""A local server that answers W&B's client, since no W&B server is within reach of the tests.

Its answers are written after what the client (wandb 0.31.0) asks and unpacks; they were not
recorded from W&B's own server. What the tests show is that W&B's real client, asking over HTTP,
brings the runs through our reader.
"""

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

KEY = "a1b2c3d4e5" * 4  # forty letters and digits, as W&B's keys


def node(number, run, curve):
    """One run as the server's ``RunFragment`` has it."""
    history = [{"_step": step, "val/error": error, "train_flops": flops, "train/loss": 2 * error}
               for step, error, flops in curve(run)]  # fmt: skip
    config = {"parameters": {"value": run["parameters"]},
              "optimizer": {"value": {"name": "adam", "lr": 0.1}},
              "_wandb": {"value": {"cli_version": "0.31.0"}}}  # fmt: skip
    return {
        "id": f"UnVuOg{number}", "projectId": "1", "name": f"id{number}",
        "displayName": run["name"], "state": run.get("state", "finished"), "tags": [],
        "config": json.dumps(config), "summaryMetrics": json.dumps(
            {**history[-1], "_runtime": 60.0 + number, **run.get("summary", {})}),
        "systemMetrics": "{}", "historyLineCount": len(history), "createdAt": "2026-01-01T00:00:00",
        "heartbeatAt": "2026-01-01T00:01:00", "sweepName": None, "group": None, "jobType": None,
        "commit": None, "readOnly": False, "description": None, "notes": None, "historyKeys": None,
        "user": {"name": "someone", "username": "someone"}, "_history": history,
    }  # fmt: skip


class _Answers(BaseHTTPRequestHandler):
    nodes: ClassVar[list] = []
    asked: ClassVar[list] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.path, dict(self.headers), body))
        if self.path != "/graphql":
            self.send(200, {})
            return
        expected = base64.b64encode(f"api:{KEY}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self.send(401, {"errors": [{"message": "user is not logged in", "code": 401}]})
            return
        request = json.loads(body)
        self.send(200, {"data": self.answer(request["query"], request.get("variables") or {})})

    do_GET = do_POST

    def answer(self, query, variables):
        if "runs(" in query:
            if variables["project"] != "sweep":
                return {"project": None}
            start = int(variables["cursor"] or 0)
            page = self.nodes[start : start + int(variables["perPage"])]
            edges = [
                {
                    "node": {k: v for k, v in item.items() if k != "_history"},
                    "cursor": str(start + place + 1),
                }
                for place, item in enumerate(page)
            ]
            more = start + len(page) < len(self.nodes)
            return {"project": {
                "internalId": "1", "runCount": len(self.nodes), "readOnly": False,
                "runs": {"edges": edges, "pageInfo": {"endCursor": str(start + len(page)),
                                                      "hasNextPage": more}},
            }}  # fmt: skip
        if "sampledHistory" in query:
            rows = next(i["_history"] for i in self.nodes if i["name"] == variables["name"])
            keys = json.loads(variables["specs"][0])["keys"]
            return {
                "project": {
                    "run": {
                        "sampledHistory": [
                            [
                                {key: row[key] for key in keys}
                                for row in rows
                                if set(keys) <= set(row)
                            ]
                        ]
                    }
                }
            }
        return {"viewer": {"id": "1", "entity": "team", "username": "someone", "email": "",
                           "flags": "{}", "admin": False, "teams": {"edges": []}}}  # fmt: skip

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
def serving(runs, curve):
    """Serve the runs of one project ``team/sweep``; yield the address and what was asked."""
    nodes = [node(number, run, curve) for number, run in enumerate(runs)]
    handler = type("Answers", (_Answers,), {"nodes": nodes, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler.asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


BAD = {"name": "diverged", "error": 0.5, "train_flops": 1e15, "parameters": 10,
       "summary": {"val/error": "NaN"}}  # fmt: skip
GOING = {**BAD, "name": "going", "state": "running", "summary": {}}
