"""A headless Chromium, driven over its DevTools protocol through a pipe: nothing but Python's own library is needed."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Trouble(Exception):
    """What was tried went wrong."""


class Navigated(Trouble):
    """The page went away while it was asked: nothing is wrong, and the next page can be asked again."""


class Chromium:
    """One browser with one page. It notes what the console says and whom the page asks."""

    def __init__(self, patience_seconds=60):
        self.patience = patience_seconds
        self.folder = tempfile.mkdtemp(prefix="itp-chromium-")
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()
        self.out, self.into = ours_out, ours_in

        def pipes():
            # The protocol is spoken on 3 and 4, whatever numbers the pipes have.
            high = [os.dup2(to_browser, 100), os.dup2(from_browser, 101)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [find(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-extensions", "--force-color-profile=srgb", "--remote-debugging-pipe",
             "--user-data-dir=" + self.folder, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=pipes)
        os.close(to_browser)
        os.close(from_browser)
        self.held = b""
        self.number = 0
        self.answers = {}
        self.said = []
        self.asked = []
        self.session = None
        target = self.wait("a page", self.first_page)
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility", "DOM"):
            self.call(domain + ".enable")

    def first_page(self):
        targets = self.call("Target.getTargets")["targetInfos"]
        pages = [target["targetId"] for target in targets if target["type"] == "page"]
        return pages[0] if pages else None

    def call(self, method, **parameters):
        """One command and its answer."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + self.patience
        while number not in self.answers:
            self.read(end, method)
        answer = self.answers.pop(number)
        if "error" in answer:
            said = answer["error"]["message"]
            raise (Navigated if "navigated" in said else Trouble)(f"{method}: {said}")
        return answer["result"]

    def read(self, end, what):
        """Takes in what the browser says."""
        ready, _, _ = select.select([self.into], [], [], max(0, end - time.monotonic()))
        if not ready:
            raise Trouble(f"the browser does not answer {what}")
        piece = os.read(self.into, 1 << 20)
        if not piece:
            raise Trouble(f"the browser has ended during {what}")
        self.held += piece
        *messages, self.held = self.held.split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.note(message["method"], message.get("params", {}))

    def note(self, method, given):
        if method == "Runtime.exceptionThrown":
            detail = given["exceptionDetails"]
            self.said.append(detail.get("exception", {}).get("description", detail["text"]))
        elif method == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning", "assert"):
            self.said.append(" ".join(str(part.get("value", part.get("description"))) for part in given["args"]))
        elif method == "Log.entryAdded" and given["entry"]["level"] in ("error", "warning"):
            self.said.append(f"{given['entry']['text']} {given['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.asked.append(given["request"]["url"])

    def run(self, script):
        """What a script gives in the page; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Trouble(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, what, look):
        """What `look`, a function or a script, gives as soon as it is something."""
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            try:
                found = look() if callable(look) else self.run(look)
            except Navigated:
                found = None
            if found:
                return found
            # In between, what the browser says is taken in.
            select.select([self.into], [], [], 0.05)
        state = "" if callable(look) else self.run("document.body?.innerText ?? ''")[:2000]
        raise Trouble(f"waited {self.patience} s in vain for {what}\n{state}")

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.wait("the page", "document.readyState === 'complete'")

    def click(self, selector):
        """A real click in the middle of what is there."""
        place = self.wait(
            f"{selector} to click", f"""(() => {{
              const found = document.querySelector({json.dumps(selector)});
              if (!found || found.disabled) return null;
              found.scrollIntoView({{block: 'center'}});
              const box = found.getBoundingClientRect();
              return box.width > 0 ? {{x: box.x + box.width / 2, y: box.y + box.height / 2}} : null;
            }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def type(self, selector, text):
        self.click(selector)
        self.run(f"document.querySelector({json.dumps(selector)}).select?.()")
        self.call("Input.insertText", text=text)

    def press(self, key, code=None, shift=False):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        text = {"Enter": "\r", " ": " "}.get(key, "")
        common = {"key": key, "code": code or key, "windowsVirtualKeyCode": codes[key], "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def look_like(self, width, height, dark):
        """The size of the window and the colours that its user prefers."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                      {"name": "prefers-reduced-motion", "value": "reduce"}])

    def picture(self, path):
        """The whole page as a file."""
        self.run("scrollTo(0, 0)")
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 4000), "scale": 1})
        with open(path, "wb") as out:
            out.write(base64.b64decode(picture["data"]))

    def roles(self):
        """What a screen reader is told: (role, name) of all that is not ignored."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", ""))
                for node in nodes if not node.get("ignored") and "role" in node]

    def stop(self):
        try:
            self.call("Browser.close")
        except (Trouble, OSError):
            self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.into)
        shutil.rmtree(self.folder, ignore_errors=True)


def find():
    """The browser's program; None where it is not installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None
