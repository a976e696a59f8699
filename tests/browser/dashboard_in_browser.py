#!/usr/bin/env python3
"""Looks at `spinneret crawl --dashboard` as a person's browser does: headless Chromium, driven over its debugging pipe.

usage: dashboard_in_browser.py PROGRAM [FOLDER]     keeps pictures in FOLDER

The page must fill while the crawl runs: charts drawn, tables sorted and filtered and staying so, hostile text inert, nothing loaded
from elsewhere, no complaint on the console. It says when the crawl has ended, and goes on by itself when another takes its place.
Ends with 77, "skipped", where no Chromium is installed.
"""
import http.server
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

from browser import SKIPPED, Browser, find_chromium

HOSTILE = "</title></script><script>window.pwned = 1; alert(1)</script><img src=x onerror=alert(2)>"


class Site(http.server.BaseHTTPRequestHandler):
    """Pages without an end, each leads to the next two; every fifth is not there, titles and types are hostile."""

    def do_GET(self):
        if self.path == "/robots.txt":
            return self.answer(404, "")
        number = int(self.path[2:] or 0) if self.path.startswith("/p") else 0
        if number % 5 == 4:
            return self.answer(404, "<title>gone</title>")
        links = "".join(f"<a href='/p{n}'>{n}</a>" for n in (number + 1, number + 2))
        title = HOSTILE.replace("<", "&lt;")
        return self.answer(200, f"<title>{title}</title>{links}")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class Crawl:
    """A crawl with a dashboard, and its address."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        self.url = ""
        for line in self.process.stderr:
            found = re.search(r"dashboard: (\S+)", line)
            if found:
                self.url = found.group(1)
                break
        assert self.url, "no dashboard was named"
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=60) == 11, self.process.returncode


def check_running(browser, url, pictures):
    browser.open(url)
    browser.wait_for("Number(document.documentElement.dataset.messages) >= 3")
    assert browser.run("document.getElementById('state').textContent") == "The crawl is running."
    tile = "Number(document.querySelector('.tiles dd').textContent.replace(/,/g, ''))"
    before = browser.run(tile)
    browser.wait_for(f"{tile} > {before}")  # it is alive

    drawn, canvases = browser.drawn()
    assert drawn == canvases == 7, (drawn, canvases)
    points = browser.run("Chart.getChart('throughput').data.datasets[0].data.length")
    assert points >= 2, points
    browser.wait_for(f"Chart.getChart('throughput').data.datasets[0].data.length > {points}")
    assert browser.run("Chart.getChart('statuses').data.labels") == ["200", "404"]

    # A table stays sorted and filtered while its rows change.
    column = """Array.from(document.querySelectorAll('#recent tbody tr:not([hidden])')).map((row) => row.cells[0].textContent)"""
    messages = "Number(document.documentElement.dataset.messages)"
    browser.wait_for("document.querySelectorAll('#recent tbody tr').length > 30")
    browser.run("document.querySelector('#recent th button').click()")
    browser.run("document.querySelector('#recent .tools button').click()")  # all of them
    numbers = lambda: [int(re.search(r"/p?(\d*)$", text).group(1) or 0) for text in browser.run(column)]
    assert numbers() == sorted(numbers()) and len(numbers()) > 25, numbers()
    now = browser.run(messages)
    browser.wait_for(f"{messages} > {now}")
    assert numbers() == sorted(numbers()), numbers()
    browser.run("""(() => { const field = document.querySelector('#recent input'); field.value = '404';
      field.dispatchEvent(new Event('input')); })()""")
    now = browser.run(messages)
    browser.wait_for(f"{messages} > {now}")
    assert numbers() and all(number % 5 == 4 for number in numbers()), numbers()
    assert browser.run("document.querySelector('#failed tbody').rows.length") > 0
    assert browser.run("document.querySelector('#hosts tbody').rows[0].cells[0].textContent").startswith("127.0.0.1:")

    # The numbers below a chart, once they are opened.
    browser.run("document.querySelector('#statuses').closest('figure').querySelector('details').open = true")
    browser.wait_for("document.querySelector('#statuses').closest('figure').querySelectorAll('tbody tr').length === 2")
    assert browser.nameless() == 0, f"{browser.nameless()} controls have no name"

    browser.run("(() => { const field = document.querySelector('#recent input'); field.value = ''; field.dispatchEvent(new Event('input')); })()")
    titles = browser.run("Array.from(document.querySelectorAll('#recent tbody tr')).map((row) => row.cells[2].textContent)")
    assert HOSTILE in titles, titles[:3]
    os.makedirs(pictures, exist_ok=True)
    for name, width, height, scheme in (("live", 1280, 1800, "light"), ("live-dark", 1280, 1800, "dark"), ("live-phone", 360, 1800, "light")):
        browser.picture(os.path.join(pictures, name + ".png"), width, height, scheme)
        wide = browser.run("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} wide on a screen of {width}"
    assert browser.run("window.pwned === undefined && document.images.length === 0")
    assert set(browser.loaded()) == {url, url + "events"}, browser.loaded()
    assert not browser.complaints(), browser.complaints()


def main():
    chromium = find_chromium()
    if not chromium:
        return SKIPPED
    program = os.path.abspath(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        pictures = sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, "pictures")
        database = os.path.join(folder, "crawl.db")
        crawl = Crawl([program, "crawl", f"http://127.0.0.1:{server.server_port}/", "-o", database, "--allow-private",
                       "--host-delay", "30ms", "--trap-budget", "1000000", "--dashboard", "127.0.0.1:0"])
        browser = Browser(chromium, os.path.join(folder, "profile"))
        try:
            check_running(browser, crawl.url, pictures)
            # One that is killed says nothing; the page waits, and a resume on the same port goes on in it.
            crawl.process.kill()
            crawl.process.wait()
            browser.wait_for("document.getElementById('state').textContent.startsWith('No connection.')")
            address = crawl.url.removeprefix("http://").rstrip("/")
            crawl = Crawl([program, "resume", database, "--dashboard", address])
            browser.wait_for("document.getElementById('state').textContent === 'The crawl is running.'")
            crawl.stop()
            browser.wait_for("document.getElementById('state').textContent.startsWith('The crawl has ended: ')")
            browser.picture(os.path.join(pictures, "ended.png"), 1280, 1800, "light")
        finally:
            browser.close()
            crawl.process.kill()
    print("it fills, stays as it is arranged, and says its end")
    return 0


sys.exit(main())
