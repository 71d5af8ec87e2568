"""A headless Chromium, driven through a pipe: what it logs, what it asks for, what a page says in it."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --remote-debugging-pipe --no-first-run --disable-component-update".split()
)

CONNECT = """
import fcntl, os, sys
low, high = (fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3])
os.dup2(low, 3), os.dup2(high, 4)  # where Chromium looks
os.execvp(sys.argv[3], sys.argv[3:])
"""
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"  # what a fragment unfolds, too


class Page:
    """One page; ``events`` is all that the browser reported about it."""

    def __init__(self, write, read):
        self.write, self.read, self.last, self.rest, self.session, self.events = write, read, 0, b"", None, []

    def send(self, method, **params):
        """What the browser answers."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while (answer := self.message()).get("id") != self.last:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def message(self):
        """The next message."""
        while b"\0" not in self.rest:
            part = os.read(self.read, 1 << 16)
            assert part, "Chromium went away"
            self.rest += part
        text, _, self.rest = self.rest.partition(b"\0")
        return json.loads(text)

    def open(self, address, width=1280):
        """Load a page at that width."""
        sizes = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", **sizes)
        for place in ("about:blank", address):  # the first, so that a fragment alone loads anew
            self.send("Page.navigate", url=place)
            while not self.value(f"location.href === {json.dumps(place)} && document.readyState === 'complete'"):
                time.sleep(0.02)
        self.send("Runtime.evaluate", expression=DRAWN, awaitPromise=True)

    def value(self, expression):
        """What a script expression is worth on the page."""
        return self.send("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def click(self, selector):
        """Press the mouse where the first such element is drawn, and wait until the address has changed."""
        before = self.value("location.href")
        found = f"document.querySelector({json.dumps(selector)})"
        self.value(f"{found}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        x, y = self.value(f"(r => [r.left + r.width / 2, r.top + r.height / 2])({found}.getClientRects()[0])")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        for _ in range(500):
            if self.value("location.href !== " + json.dumps(before) + " && document.readyState === 'complete'"):
                return
            time.sleep(0.02)
        raise AssertionError(f"a click on {selector} leads nowhere")

    def told(self, *methods):
        """The parameters of the events of that kind."""
        return [e["params"] for e in self.events if e.get("method") in methods]


@contextmanager
def browser(profile):
    """A page of a fresh browser, whose files lie in ``profile``."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()

    command = [PROGRAM, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    connected = [sys.executable, "-c", CONNECT, str(theirs_in), str(theirs_out), *command]
    run = subprocess.Popen(connected, pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL)
    os.close(theirs_in), os.close(theirs_out)
    page = Page(ours_out, ours_in)
    try:
        target = page.send("Target.createTarget", url="about:blank")["targetId"]
        page.session = page.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(f"{domain}.enable")
        yield page
    finally:
        run.kill()
        run.wait()
        os.close(ours_out), os.close(ours_in)
