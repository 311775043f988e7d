"""The sandbox's Autotask as py-autotask 2.3.0 sees it: companies are looked for, a ticket is made and found.

  autotask.py http://HOST:PORT

Only queries and creations: that library's other calls go to addresses that the vendor does not have.
"""
import sys

from py_autotask import AutotaskClient

client = AutotaskClient.create(
    username="api@sandbox.example",
    integration_code="sandbox-code",
    secret="sandbox-secret",
    api_url=sys.argv[1] + "/autotask/atservicesrest",
)


def search(entity, field, value):
    answer = client.query(entity, {"filter": [{"op": "eq", "field": field, "value": value}]})
    return answer.items


def choice(field, label):
    fields = client.get_field_info("Tickets")["fields"]
    values = next(each for each in fields if each["name"] == field)["picklistValues"]
    return int(next(value["value"] for value in values if value["label"] == label))


company = search("Companies", "companyName", "Acme Dental")
assert len(company) == 1, company
made = client.create_entity(
    "Tickets",
    {
        "companyID": company[0]["id"],
        "title": "Made by py-autotask",
        "description": "A description",
        "status": choice("status", "New"),
        "priority": choice("priority", "High"),
        "queueID": choice("queueID", "Alerts"),
        "dueDateTime": "2030-01-01T00:00:00Z",
        "externalID": "py-autotask-1",
    },
)
assert made.item_id, made
found = search("Tickets", "externalID", "py-autotask-1")
assert [ticket["id"] for ticket in found] == [made.item_id], found
assert found[0]["title"] == "Made by py-autotask", found
print("py-autotask: company found, ticket made and found")
