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
        const state = () => [...document.querySelectorAll(".mark-rule line")]
            .map((line) => line.getAttribute("transform")).join()
            + document.querySelector("[data-part=usd] .value").textContent;
        for (let step = 0; step < 60; step++) {
            const before = state(), start = performance.now();
            handle.value = Number(handle.value) + (step < 30 ? -2 : 2);
            handle.dispatchEvent(new Event("input", { bubbles: true }));
            while (state() === before) await new Promise(requestAnimationFrame);
            found.push(performance.now() - start);
        }
        return found;
    }""")


async def load(server: Server, clients: int, requests: int) -> dict[str, object]:
    """Ask mixed questions from many clients at once."""
    import httpx

    asked = [path for path, weight in MIX for _ in range(weight)]
    times: list[float] = []
    wrong: list[str] = []

    async def one(number: int) -> None:
        async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
            for step in range(requests):
                place = (number * 7 + step) % len(asked)
                path = asked[place].format(error=3 + (number + step) % 20)
                start = time.perf_counter()
                answer = await client.get(path)
                times.append(time.perf_counter() - start)
                good = 422 if "error=0%25" in path else 200
                if answer.status_code != good:
                    wrong.append(f"{answer.status_code} {path}")

    await asyncio.gather(*(one(number) for number in range(min(clients, 5))))  # warm
    times.clear()
    before, cpu, start = server.memory_mb(), server.cpu_s(), time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(clients)))
    middle = server.memory_mb()
    spent = time.perf_counter() - start
    used, first = server.cpu_s() - cpu, sorted(times)
    times.clear()
    await asyncio.gather(*(one(number) for number in range(clients)))
    return {
        "clients": clients, "requests": len(first), "errors": len(wrong), "wrong": wrong[:3],
        "wall_s": round(spent, 1), "per_s": round(len(first) / spent),
        "cpu_ms_per_request": round(1000 * used / len(first), 2),
        "median_ms": round(1000 * statistics.median(first), 1),
        "p95_ms": round(1000 * first[int(0.95 * len(first))], 1),
        "memory_mb": [round(before), round(middle), round(server.memory_mb())],
    }  # fmt: skip


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    reader.add_argument("--json", action="store_true")
    reader.add_argument("--times", type=int, default=5)
    reader.add_argument("--load", default="50x200", metavar="CLIENTSxREQUESTS")
    chosen = reader.parse_args()
    clients, requests = map(int, chosen.load.split("x"))
    found: dict[str, object] = {"start": starts(chosen.times)}
    server = Server()
    try:
        server.first_answer()
        found["page"] = charts(server, chosen.times)
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
