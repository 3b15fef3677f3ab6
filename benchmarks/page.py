"""What the page costs: start, first chart, weight, handle, and load on loopback.

    python benchmarks/page.py            a table
    python benchmarks/page.py --json     the same as JSON
    python benchmarks/page.py --load 50x200

Each number is taken at the real command, in a real browser (Debian's chromium) or by real requests;
CPU seconds are those of the server process. Goals: start at most 1.2 CPU s, first chart at most
0.8 s, page at most 400 kB compressed, the handle at most 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

MIX = (
    ("/explore?v=1&source=imagenet&error=5%25", 4),
    ("/api/v1/forecast?source=imagenet&error={error}%25", 4),
    ("/api/v1/fit?source=coco", 2),
    ("/api/v1/pictures/live.json?source=imagenet&error=5%25&width=760", 3),
    ("/api/v1/targets?source=imagenet&error=5%25&width=760", 1),
    ("/api/v1/cost?subject=GPT-3", 1),
    ("/claims", 1),
    ("/data?q=resnet", 1),
    ("/api/v1/forecast?source=imagenet&error=0%25", 1),  # a refusal
    ("/api/v1/benchmarks", 2),
)
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync")  # fmt: skip


class Server:
    """``costlaw serve`` as a process of its own."""

    def __init__(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "costlaw", "serve", "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def first_answer(self) -> dict[str, float]:
        """Wait for the first page; return wall and CPU seconds until then."""
        while True:
            try:
                with urllib.request.urlopen(f"{self.address}/", timeout=10) as answer:
                    answer.read()
                return {"wall_s": time.perf_counter() - self.started, "cpu_s": self.cpu_s()}
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(self.process.stderr.read().decode()) from None
                time.sleep(0.005)

    def cpu_s(self) -> float:
        """CPU seconds of the server so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Resident memory of the server [MB]."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def starts(times: int) -> dict[str, object]:
    """Start the server several times; the first warms the disk and the chart library's cache."""
    found = []
    for _ in range(times + 1):
        server = Server()
        found.append(server.first_answer())
        server.close()
    return {name: round(statistics.median(one[name] for one in found[1:]), 3)
            for name in ("wall_s", "cpu_s")}  # fmt: skip


def charts(server: Server, times: int) -> dict[str, object]:
    """Open the page in a browser without a cache; then move the handle."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return {"skipped": "no chromium on this machine"}
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        first, again, weights = [], [], []
        for _ in range(times):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            sizes: list[int] = []
            page.on("requestfinished", lambda one, kept=sizes: kept.append(
                one.sizes()["responseBodySize"]))  # fmt: skip
            first.append(_opened(page, server))
            page.wait_for_selector('figure.chart[data-movable="yes"]')
            weights.append(sum(sizes) / 1000)
            again.append(_opened(page, server))
            context.close()
        moved = _moved(browser, server)
        browser.close()
    return {
        "first_chart_s": round(statistics.median(first), 3),
        "first_chart_again_s": round(statistics.median(again), 3),
        "weight_kb": round(statistics.median(weights), 1),
        "handle_median_ms": round(statistics.median(moved), 1),
        "handle_p95_ms": round(sorted(moved)[int(0.95 * len(moved))], 1),
    }


def _opened(page: object, server: Server) -> float:
    start = time.perf_counter()
    page.goto(f"{server.address}/explore?v=1&source=imagenet&error=5%25", wait_until="commit")
    page.wait_for_selector("figure.chart[data-ready] svg", state="attached")
    return time.perf_counter() - start


def _moved(browser: object, server: Server) -> list[float]:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{server.address}/explore")
    page.wait_for_selector('figure.chart[data-movable="yes"]')
    return page.evaluate("""async () => {
        const handle = document.getElementById("handle"), found = [];
        const rules = () => [...document.querySelectorAll(".mark-rule line")]
            .map((line) => line.getAttribute("transform")).join();
        const money = () => document.querySelector("[data-part=usd] .value").textContent;
        for (let step = 0; step < 60; step++) {
            const before = [rules(), money()], start = performance.now();
            handle.value = Number(handle.value) + (step < 30 ? -2 : 2);
            handle.dispatchEvent(new Event("input", { bubbles: true }));
            while (rules() === before[0] || money() === before[1])
                await new Promise(requestAnimationFrame);
            found.push(performance.now() - start);
        }
        return found;
    }""")


async def load(server: Server, clients: int, requests: int) -> dict[str, object]:
    """Ask mixed questions from many clients at once, each over a connection of its own."""
    asked = [path for path, weight in MIX for _ in range(weight)]
    times: list[float] = []
    wrong: list[str] = []
    memory: list[float] = []

    async def one(number: int, count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for step in range(count):
            path = asked[(number * 7 + step) % len(asked)].format(error=3 + (number + step) % 20)
            start = time.perf_counter()
            status = await _ask(reader, writer, path)
            times.append(time.perf_counter() - start)
            if status != (422 if "error=0%25" in path else 200):
                wrong.append(f"{status} {path}")
            if len(times) % max(clients * requests // 4, 1) == 0:
                memory.append(server.memory_mb())
        writer.close()

    await asyncio.gather(*(one(number, 60) for number in range(5)))  # warm: every answer made once
    times.clear()
    memory[:] = [server.memory_mb()]
    cpu, start = server.cpu_s(), time.perf_counter()
    await asyncio.gather(*(one(number, requests) for number in range(clients)))
    spent, used, ordered = time.perf_counter() - start, server.cpu_s() - cpu, sorted(times)
    return {
        "clients": clients, "requests": len(times), "errors": len(wrong), "wrong": wrong[:3],
        "wall_s": round(spent, 1), "per_s": round(len(times) / spent),
        "cpu_ms_per_request": round(1000 * used / len(times), 2),
        "median_ms": round(1000 * statistics.median(ordered), 1),
        "p95_ms": round(1000 * ordered[int(0.95 * len(ordered))], 1),
        "memory_mb_by_quarter": [round(one) for one in memory],
    }  # fmt: skip


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> int:
    """Ask one question on an open connection; return the status."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    fields = dict(line.casefold().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(fields["content-length"]))
    return int(head.split(" ", 2)[1])


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    reader.add_argument("--json", action="store_true")
    reader.add_argument("--times", type=int, default=5)
    reader.add_argument("--only", choices=("start", "page", "load"), help="one part of it")
    reader.add_argument("--load", default="50x200", metavar="CLIENTSxREQUESTS")
    chosen = reader.parse_args()
    clients, requests = map(int, chosen.load.split("x"))
    parts = [chosen.only] if chosen.only else ["start", "page", "load"]
    found: dict[str, object] = {"machine": {"load_average": os.getloadavg()[0],
                                            "processors": os.cpu_count()}}  # fmt: skip
    if "start" in parts:
        found["start"] = starts(chosen.times)
    server = Server()
    try:
        server.first_answer()
        if "page" in parts:
            found["page"] = charts(server, chosen.times)
        if "load" in parts:
            found["load"] = asyncio.run(load(server, clients, requests))
    finally:
        server.close()
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    for part, values in found.items():
        for name, value in values.items():
            print(f"{part:<8}{name:<22}{value}")


if __name__ == "__main__":
    main()
