#!/usr/bin/env python3
"""Looks at `spinneret report` as a person's browser does: headless Chromium, driven over its debugging pipe.

usage: report_in_browser.py PROGRAM [FOLDER]     keeps pictures in FOLDER

Charts must be drawn, tables sorted and filtered, nothing may be loaded, no text of the web may run, no console may complain, and
a phone's width must do. Ends with 77, "skipped", where no Chromium is installed.
"""
import base64
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

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


class Browser:
    def __init__(self, program, profile):
        to_read, self.write_fd = os.pipe()
        self.read_fd, to_write = os.pipe()

        def place():  # the pipe is 3 and 4
            os.dup2(to_read, 13), os.dup2(to_write, 14)
            os.dup2(13, 3), os.dup2(14, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            close_fds=False, pass_fds=(), preexec_fn=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read), os.close(to_write)
        self.next_id, self.rest, self.events, self.session = 0, b"", [], None

    def receive(self):
        while b"\0" not in self.rest:
            data = os.read(self.read_fd, 1 << 20)
            assert data, "the browser has ended"
            self.rest += data
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def call(self, method, **params):
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_fd, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.next_id:
                assert "error" not in answer, (method, answer)
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(domain + ".enable")
        self.call("Page.navigate", url=url)
        while self.run("document.readyState") != "complete":
            pass

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, path, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        shot = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot))

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except AssertionError:
            pass
        self.process.wait(timeout=30)


def check(browser, page, pictures):
    browser.open("file://" + page)
    charts = browser.run("document.documentElement.dataset.charts")
    canvases = browser.run("document.querySelectorAll('canvas').length")
    assert charts == str(canvases) and canvases >= 4, (charts, canvases)
    drawn = browser.run("""Array.from(document.querySelectorAll('canvas')).filter((canvas) => {
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels.some((value, i) => i % 4 === 3 && value > 0);
    }).length""")
    assert drawn == canvases, f"{drawn} of {canvases} charts are drawn"

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
    nameless = browser.run("""Array.from(document.querySelectorAll('button, a, input, canvas, [role=region]')).filter((e) =>
      !e.hidden && (e.textContent.trim() + (e.getAttribute('aria-label') || '') + (e.labels && e.labels.length ? 'x' : '')) === ''
      ).length""")
    assert nameless == 0, f"{nameless} controls have no name"

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
    loaded = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    assert loaded == ["file://" + page], loaded
    complaints = [e for e in browser.events
                  if e.get("method") in ("Runtime.exceptionThrown", "Page.javascriptDialogOpening", "Log.entryAdded")]
    assert not complaints, complaints


def main():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("skipped: no Chromium is installed (Debian's package chromium)")
        return 77
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
