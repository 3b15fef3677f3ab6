"""Take the pictures of the page that the documentation shows: python scripts/page_pictures.py.

Starts ``costlaw serve`` on a free port and photographs it with Debian's chromium, as a person sees
it at a desk and on a phone. Where Pillow is installed the colours are reduced to a palette.
"""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
EXPLORE = "/explore?v=1&source=imagenet&error=5%25"
TAKEN = {  # name: address, width, height, colours of the system
    "page-explore.png": (EXPLORE, 1280, 930, "light"),
    "page-plan.png": ("/plan", 1280, 930, "light"),
    "page-phone.png": (EXPLORE, 390, 844, "dark"),
}
READY = """[...document.querySelectorAll("figure.chart")]
    .filter((figure) => figure.checkVisibility()).every((figure) => figure.dataset.ready)"""
PATIENCE_S = 60


def served():
    """Start the server; return its process and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "costlaw", "serve", "--port", str(port)])
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{address}/reading", timeout=5).close()
            return process, address
        except OSError:
            time.sleep(0.2)
    process.terminate()
    raise SystemExit("the server did not answer")


def take(browser, address, name):
    """Photograph one page."""
    path, width, height, scheme = TAKEN[name]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address + path)
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(READY) and time.monotonic() < end:
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / name)
    context.close()
    reduce(IMAGES / name)
    print(f"{name}: {(IMAGES / name).stat().st_size:,} bytes")


def reduce(path):
    """Keep 128 colours: text and lines look the same in half the bytes."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def main():
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no chromium on this machine: apt-get install chromium")
    process, address = served()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for name in TAKEN:
                take(browser, address, name)
            browser.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


if __name__ == "__main__":
    main()
