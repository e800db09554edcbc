"""Debian's chromium for tests, as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from needs import unavailable

CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")


class Browser:
    """What a person does: open, look, click, type."""

    def __init__(self, folder: Path, *flags: str) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        quiet = (
            "disable-quic",
            "no-first-run",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
        )
        for flag in ("headless=new", "no-sandbox", f"user-data-dir={folder}", "window-size=1400,900", *quiet, *flags):
            options.add_argument(f"--{flag}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(executable_path=str(CHROMEDRIVER)))

    def open(self, page: Path | str, anchor: str = "", ready: str = "Boolean(globalThis.rareearth)") -> None:
        """Open a file or an address, and wait until an expression holds there (that the explorer page is drawn).

        The window has its own size again, whatever an earlier test made of it: tests come in any order.
        """
        self.driver.set_window_size(1400, 900)
        self.driver.get("about:blank")
        self.logs()
        self.driver.get(f"{page if isinstance(page, str) else page.as_uri()}{anchor}")
        self.wait(f"return {ready}")

    def settle(self) -> None:
        """Wait until what was changed is drawn: two frames, as the first may have begun before the change."""
        frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))"
        self.driver.execute_async_script(frames)

    def logs(self) -> tuple[list[str], list[str]]:
        """The complaints on the console, and the addresses asked for, since the last time."""
        complaints = [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]  # type: ignore[no-untyped-call]
        asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return complaints, [url for url in asked if not url.startswith(("data:", "about:"))]

    def js(self, script: str, *values: object) -> Any:
        return self.driver.execute_script(script, *values)  # type: ignore[no-untyped-call]

    def wait(self, script: str) -> None:
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.driver, 60).until(lambda _: self.js(script))

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return str(self.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def keys(self, *typed: str) -> None:
        from selenium.webdriver import ActionChains

        for part in typed:
            ActionChains(self.driver).send_keys(part).perform()

    def click_at(self, x: float, y: float) -> None:
        """Click on a place of the picture."""
        from selenium.webdriver import ActionChains

        left, top = self.js("const b = document.getElementById('canvas').getBoundingClientRect(); return [b.x, b.y]")
        mouse = ActionChains(self.driver)
        mouse.w3c_actions.pointer_action.move_to_location(int(left + x), int(top + y))
        mouse.pause(0.3).click().perform()

    def media(self, **features: str) -> None:
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def focused(self) -> str:
        return str(self.js("const a = document.activeElement; return a.id || a.textContent || a.tagName"))

    def quit(self) -> None:
        self.driver.quit()


def started(folder: Path, *flags: str) -> Browser:
    for program in (CHROMIUM, CHROMEDRIVER):
        if not program.exists():
            unavailable(f"{program} is not installed (apt-get install chromium chromium-driver)", in_ci=True)
    return Browser(folder, *flags)
