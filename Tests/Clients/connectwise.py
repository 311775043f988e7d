"""The sandbox's ConnectWise as connectpyse 0.8.1 sees it: boards, companies, tickets, notes, statuses, files.

  connectwise.py http://HOST:PORT
"""
import base64
import io
import sys

from connectpyse.company import companies_api
from connectpyse.service import boards_api, ticket, ticket_note, ticket_notes_api, tickets_api
from connectpyse.system import document_api

API = sys.argv[1] + "/connectwise/v4_6_release/apis/3.0"
KEYS = base64.b64encode(b"itp+sandbox-public:sandbox-private").decode()
HEADERS = {"Authorization": "Basic " + KEYS, "clientId": "6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11"}


def at(controller, *words):
    return controller(*words, url=API, auth=HEADERS)


def only(rows):
    rows = list(rows)
    assert len(rows) == 1, rows
    return rows[0]


boards = at(boards_api.BoardsAPI)
boards.conditions = 'name="Alerts"'
board = only(boards.get_boards())
companies = at(companies_api.CompaniesAPI)
companies.conditions = 'identifier="AcmeDental"'
company = only(companies.get_companies())

tickets = at(tickets_api.TicketsAPI)
made = tickets.create_ticket(
    ticket.Ticket(
        {
            "summary": "Made by connectpyse",
            "board": {"id": board.id},
            "company": {"id": company.id},
            "initialDescription": "A description",
            "externalXRef": "connectpyse-1",
        }
    )
)
assert made.id and made.status["name"] == "New" and made.board["name"] == "Alerts", made

tickets.conditions = 'externalXRef="connectpyse-1"'
assert only(tickets.get_tickets()).id == made.id
assert tickets.get_tickets_count() == 1
assert tickets.get_ticket_by_id(made.id).summary == "Made by connectpyse"

notes = at(ticket_notes_api.TicketNotesAPI, made.id)
notes.create_ticket_note(ticket_note.TicketNote({"text": "A note", "internalAnalysisFlag": True}))
assert [note.text for note in notes.get_ticket_notes()] == ["A description", "A note"]

documents = at(document_api.DocumentAPI)
documents.create_document(made, "A file", "file.txt", io.BytesIO(b"content"))
assert only(documents.get_documents(made)).fileName == "file.txt"

tickets.update_ticket(made.id, "summary", "Changed by connectpyse")
tickets.update_ticket(made.id, "status", {"name": "Completed"})
closed = tickets.get_ticket_by_id(made.id)
assert closed.closedFlag and closed.summary == "Changed by connectpyse", closed
print("connectpyse: boards, companies, ticket made, found, noted, filed, changed and closed")
