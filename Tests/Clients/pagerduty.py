"""The sandbox's PagerDuty as the vendor's own library, pagerduty 7.2.0, sees it: an event is triggered, acknowledged, resolved.

  pagerduty.py http://HOST:PORT
"""
import json
import sys
import urllib.request

# This file's folder comes first, and this file is named as the library is.
sys.path = [path for path in sys.path if not path.endswith("/Tests/Clients")]
import pagerduty  # noqa: E402


def client(key):
    made = pagerduty.EventsApiV2Client(key)
    # The property takes https alone; the sandbox speaks HTTP, on this machine.
    made._url = sys.argv[1] + "/pagerduty"
    return made


def status():
    pages = json.load(urllib.request.urlopen(sys.argv[1] + "/sandbox/pages"))
    return [(page["status"], page["acknowledged"], page["count"]) for page in pages if page["alias"] == "sdk-2"]


events = client("a" * 32)
for _ in range(2):
    assert events.trigger("Made by pagerduty", "sdk", dedup_key="sdk-2", severity="error") == "sdk-2"
assert status() == [("open", False, 2)], status()
events.acknowledge("sdk-2")
events.resolve("sdk-2")
assert status() == [("closed", True, 2)], status()
events.trigger("Made by pagerduty", "sdk", dedup_key="sdk-2")
assert status() == [("closed", True, 2), ("open", False, 1)], status()
try:
    client("b" * 32).trigger("Made by pagerduty", "sdk")
    sys.exit("another key was taken")
except pagerduty.Error:
    pass
print("pagerduty: an event triggered twice, acknowledged, resolved and triggered again; a wrong key is refused")
