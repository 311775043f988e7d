"""The sandbox's Opsgenie as the vendor's own opsgenie-sdk 2.1.5 sees it: an alert is made, told twice, noted on and closed.

  opsgenie.py http://HOST:PORT
"""
import sys

import opsgenie_sdk

configuration = opsgenie_sdk.Configuration()
configuration.host = sys.argv[1] + "/opsgenie"
configuration.api_key["Authorization"] = "sandbox-genie"
alerts = opsgenie_sdk.AlertApi(opsgenie_sdk.ApiClient(configuration))

alert = opsgenie_sdk.CreateAlertPayload(message="Made by opsgenie-sdk", alias="sdk 1", priority="P2", tags=["sdk"])
for _ in range(2):
    taken = alerts.create_alert(alert)
    assert taken.request_id and taken.result == "Request will be processed", taken
done = alerts.get_request_status(taken.request_id).data
assert done.is_success and done.alias == "sdk 1", done
seen = alerts.get_alert("sdk 1", identifier_type="alias").data
assert seen.message == "Made by opsgenie-sdk" and seen.count == 2 and seen.status == "open", seen

alerts.add_note("sdk 1", identifier_type="alias", add_note_to_alert_payload=opsgenie_sdk.AddNoteToAlertPayload(note="A note"))
alerts.acknowledge_alert("sdk 1", identifier_type="alias")
alerts.close_alert("sdk 1", identifier_type="alias")
seen = alerts.get_alert("sdk 1", identifier_type="alias").data
assert seen.status == "closed" and seen.acknowledged, seen

try:
    alerts.create_alert(opsgenie_sdk.CreateAlertPayload(message="x" * 131))
    sys.exit("a message of 131 characters was taken")
except opsgenie_sdk.exceptions.ConfigurationException as refusal:
    assert refusal.status == 422, refusal
configuration.api_key["Authorization"] = "another"
try:
    alerts.create_alert(alert)
    sys.exit("another key was taken")
except opsgenie_sdk.exceptions.AuthenticationException as refusal:
    assert refusal.status == 401, refusal
print("opsgenie-sdk: an alert made, told twice, noted on, acknowledged and closed; refusals as refusals")
