#!/usr/bin/env python3
"""Looks at `spinneret report` as a person's browser does: headless Chromium, driven over its debugging pipe.

usage: report_in_browser.py PROGRAM [FOLDER]     keeps pictures in FOLDER

Charts must be drawn, tables sorted and filtered, nothing may be loaded, no text of the web may run, no console may complain, and
a phone's width must do. Ends with 77, "skipped", where no Chromium is installed.
"""
import base64
import http.server
import os
import subprocess
import sys
import tempfile
import threading

from browser import SKIPPED, Browser, find_chromium

HOSTILE = "</title></script><script>window.pwned = 1; alert(1)</script><img src=x onerror=alert(2)>"


class Site(http.server.BaseHTTPRequestHandler):
    """Forty pages; every fifth is not there, titles are hostile."""

    def do_GET(self):
        if self.path == "/robots.txt":
            return self.answer(404, "")
        if self.path.startswith("/moved"):
            return self.answer(302, "", {"Location": "/p1" if self.path == "/moved2" else "/moved2"})
        if self.path.startswith("/p") and int(self.path[2:]) % 5 == 0:
            return self.answer(404, "<title>gone</title>")
        links = "".join(f"<a href='/p{i}'>{i}</a>" for i in range(1, 41)) + "<a href=/moved>m</a><a href=/image.png>i</a>"
        title = HOSTILE.replace("<", "&lt;")
        return self.answer(200, f"<title>{title}</title><h1>{self.path}</h1>{links}")

    def answer(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def check(browser, page, pictures):
    browser.open("file://" + page)
    charts = browser.run("document.documentElement.dataset.charts")
    canvases = browser.run("document.querySelectorAll('canvas').length")
    assert charts == str(canvases) and canvases >= 4, (charts, canvases)
    assert browser.drawn() == (canvases, canvases), browser.drawn()

    # A table is sorted by its heads, filtered by its field, unfolded by its button.
    column = """(() => Array.from(document.querySelectorAll('#slow tbody tr:not([hidden])'))
      .map((row) => Number(row.cells[2].dataset.v)))()"""
    browser.run("document.querySelectorAll('#slow th button')[2].click()")
    values = browser.run(column)
    assert values == sorted(values) and len(values) == 25, values
    assert browser.run("document.querySelectorAll('#slow th')[2].getAttribute('aria-sort')") == "ascending"
    browser.run("document.querySelectorAll('#slow th button')[2].click()")
    values = browser.run(column)
    assert values == sorted(values, reverse=True), values
    browser.run("document.querySelector('#slow .tools button').click()")
    assert len(browser.run(column)) > 25
    browser.run("""(() => { const field = document.querySelector('#slow input'); field.value = '/p17';
      field.dispatchEvent(new Event('input')); })()""")
    assert len(browser.run(column)) == 1
    assert browser.run("document.querySelector('#slow [role=status]').textContent") == "1 of 1 matching rows"

    # Keyboard and screen reader: one h1, a language, every control has a name, every region can be reached.
    assert browser.run("document.querySelectorAll('h1').length") == 1 and browser.run("document.documentElement.lang") == "en"
    assert browser.nameless() == 0, f"{browser.nameless()} controls have no name"

    os.makedirs(pictures, exist_ok=True)
    for name, width, height, scheme in (("light", 1280, 1600, "light"), ("dark", 1280, 1600, "dark"), ("phone", 360, 1600, "light")):
        browser.picture(os.path.join(pictures, name + ".png"), width, height, scheme)
        wide = browser.run("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} wide on a screen of {width}"
        colours = browser.run("""Array.from(document.querySelectorAll('canvas')).map((canvas) =>
          Chart.getChart(canvas).getDatasetMeta(0).data[0].options.backgroundColor)""")
        assert set(colours) == {"#6cb0ff" if scheme == "dark" else "#0b62c4"}, (scheme, colours)
    paper = browser.call("Page.printToPDF")["data"]
    with open(os.path.join(pictures, "print.pdf"), "wb") as file:
        file.write(base64.b64decode(paper))

    assert browser.run("window.pwned === undefined && document.images.length === 0")
    assert browser.loaded() == ["file://" + page], browser.loaded()
    assert not browser.complaints(), browser.complaints()


def main():
    chromium = find_chromium()
    if not chromium:
        return SKIPPED
    program = os.path.abspath(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        db, page = os.path.join(folder, "crawl.db"), os.path.join(folder, "report.html")
        seed = f"http://127.0.0.1:{server.server_port}/"
        # Slow enough for a few samples, one a second.
        subprocess.run([program, "crawl", seed, "-o", db, "--allow-private", "--host-delay", "100ms", "--progress", "none"],
                       check=True, stderr=subprocess.DEVNULL)
        subprocess.run([program, "report", db, "-o", page], check=True)
        browser = Browser(chromium, os.path.join(folder, "profile"))
        try:
            check(browser, page, sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, "pictures"))
        finally:
            browser.close()
    print("charts, tables, policy and widths are as they should be")
    return 0


sys.exit(main())
