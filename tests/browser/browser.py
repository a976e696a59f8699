"""Headless Chromium, driven over its debugging pipe; and what every page of the program's must keep to."""
import base64
import json
import os
import shutil
import subprocess

SKIPPED = 77


def find_chromium():
    """None, and a word, where none is installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("skipped: no Chromium is installed (Debian's package chromium)")
    return chromium


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

    def wait_for(self, script):
        """Until it is true; ctest has the bound."""
        while not self.run(script):
            pass

    def drawn(self):
        """(charts that have a pixel, charts)"""
        return tuple(self.run("""(() => {
          const canvases = Array.from(document.querySelectorAll('canvas'));
          const drawn = canvases.filter((canvas) => {
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return pixels.some((value, i) => i % 4 === 3 && value > 0);
          });
          return [drawn.length, canvases.length];
        })()"""))

    def nameless(self):
        """Controls without a name for a screen reader."""
        return self.run("""Array.from(document.querySelectorAll('button, a, input, canvas, [role=region]')).filter((e) =>
          !e.hidden && (e.textContent.trim() + (e.getAttribute('aria-label') || '') + (e.labels && e.labels.length ? 'x' : '')) === ''
          ).length""")

    def complaints(self):
        return [e for e in self.events
                if e.get("method") in ("Runtime.exceptionThrown", "Page.javascriptDialogOpening", "Log.entryAdded")]

    def loaded(self):
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
