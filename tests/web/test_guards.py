"""Who may ask, and what a page may do."""

import asyncio
import threading

import pytest
from starlette.testclient import TestClient

from costlaw.web.application import create_app
from costlaw.web.desk import Desk, Limits
from costlaw.web.files import MOST_BYTES, MOST_FILES, Files
from costlaw.web.guards import Guard
from costlaw.web.refusals import Busy, TooSlow


def test_a_page_loads_and_runs_nothing_but_what_this_server_sends(client):
    policy = client.get("/explore").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_no_page_holds_a_script_or_a_style_of_its_own(client):
    for path in ("/explore", "/api"):
        text = client.get(path).text
        assert "<script>" not in text
        assert "<style" not in text
        assert " style=" not in text
        assert "javascript:" not in text
        assert " onload=" not in text
        assert "http://" not in text.split("</head>")[0]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.7"])
def test_another_host_is_refused(client, host):
    assert client.get("/explore", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8642", "[::1]:8642"])
def test_names_of_this_machine_are_answered(client, host):
    assert client.get("/api/v1/benchmarks", headers={"host": host}).status_code == 200


def test_a_request_of_another_page_is_refused(client):
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"},
                    {"origin": "http://127.0.0.1:9"},
                    {"sec-fetch-site": "cross-site"}):  # fmt: skip
        assert client.get("/api/v1/benchmarks", headers=headers).status_code == 403
        posted = client.post("/api/v1/files", headers=headers, files={"file": ("a.csv", b"x")})
        assert posted.status_code == 403
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate",
                "sec-fetch-dest": "document"}  # fmt: skip
    assert client.get("/explore", headers=followed).status_code == 200
    assert (
        client.get("/api/v1/benchmarks", headers={"origin": "http://127.0.0.1"}).status_code == 200
    )


def test_a_token_is_asked_for_and_turned_into_a_cookie():
    with TestClient(create_app(Guard(token="secret-token")), base_url="http://127.0.0.1") as asked:
        assert asked.get("/explore").status_code == 401
        assert asked.get("/explore?token=wrong").status_code == 401
        assert asked.get("/api/v1/fit", headers={"authorization": "Bearer no"}).status_code == 401
        passed = asked.get("/api/v1/benchmarks", headers={"authorization": "Bearer secret-token"})
        assert passed.status_code == 200
        let_in = asked.get("/explore?error=7%25&token=secret-token", follow_redirects=False)
        assert let_in.status_code == 303
        assert let_in.headers["location"] == "/explore?error=7%25"
        assert "HttpOnly" in let_in.headers["set-cookie"]
        assert asked.get("/api/v1/benchmarks").status_code == 200


def test_a_token_in_an_address_leads_nowhere_else():
    with TestClient(create_app(Guard(token="s")), base_url="http://127.0.0.1") as asked:
        answer = asked.get("http://127.0.0.1//evil.example?token=s", follow_redirects=False)
        assert answer.headers["location"].startswith("/evil.example")


def test_a_body_is_bounded(client):
    assert client.post("/api/v1/files", content=b"x" * 7_000_000).status_code == 413
    large = b"name,error\n" + b"a" * MOST_BYTES
    answer = client.post("/api/v1/files", files={"file": ("runs.csv", large)})
    assert answer.status_code == 413
    assert answer.json()["error"]["message"].startswith("runs.csv: ")


def test_names_of_files_are_text_and_never_paths(client, tmp_path):
    rows = b"name,error,train_flops\na,0.3,1e18\nb,0.2,1e19\nc,0.15,1e20\n"
    for name in ("../../../tmp/evil.csv", "/etc/evil.csv", "..\\evil.csv",
                 "<img src=x onerror=alert(1)>.csv", "a\x00b.csv"):  # fmt: skip
        answer = client.post("/api/v1/files", files={"file": (name, rows)})
        assert answer.status_code == 201, name
        assert "/" not in answer.json()["name"]
        assert "\\" not in answer.json()["name"]
    assert client.post("/api/v1/files", files={"file": ("run.py", rows)}).status_code == 422
    for path in ("/static/x/..%2f..%2fversion.py", "/static/x/%2e%2e/guards.py",
                 "/api/v1/files/..%2f", "/static/x/page.css%00"):  # fmt: skip
        assert client.get(path).status_code == 404


def test_files_are_forgotten_when_there_are_too_many_and_when_the_server_ends():
    files = Files()
    held = [
        files.take(f"{i}.csv", f"name,error\n{i},0.1\n".encode()) for i in range(MOST_FILES + 2)
    ]
    assert not held[0].path.exists()
    assert held[-1].path.exists()
    assert held[-1].path.parent == held[-2].path.parent
    files.close()
    assert not held[-1].path.parent.exists()


def test_a_message_never_names_the_temporary_folder(client):
    answer = client.post("/api/v1/files", files={"file": ("my runs.csv", b"colour,shape\nred,1\n")})
    refused = answer.json()["refused"]["message"]
    assert "my runs.csv" in refused
    assert "/tmp" not in refused
    assert "costlaw-page" not in refused


def test_a_slow_question_about_a_file_keeps_no_page_waiting():
    files, gate = Files(), threading.Event()
    desk = Desk(files, Limits(threads=1, waiting=3, patience_s=0.2))

    async def ask():
        slow = asyncio.create_task(desk.ask(gate.wait, own=True))
        others = [asyncio.create_task(desk.ask(gate.wait, own=True)) for _ in range(2)]
        await asyncio.sleep(0)
        assert await desk.ask(lambda: "at once") == "at once"
        with pytest.raises(Busy):
            await desk.ask(lambda: "one too many", own=True)
        with pytest.raises(TooSlow):
            await slow
        gate.set()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run(ask())
    desk.close()
    files.close()
