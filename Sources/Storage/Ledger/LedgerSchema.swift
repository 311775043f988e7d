import Events

/// The ledger's tables, and how each version becomes the next. A migration is never changed once it has been released.
enum LedgerSchema {
    /// Statements that bring version n to n + 1, by n.
    static let migrations: [String] = [
        """
        CREATE TABLE marks(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

        -- One row an event, in the order of deciding. disposition is NULL while the event is parked.
        CREATE TABLE events(
            number INTEGER PRIMARY KEY, id BLOB NOT NULL, receipt BLOB NOT NULL, sequence INTEGER NOT NULL,
            item INTEGER NOT NULL, received INTEGER NOT NULL, source TEXT NOT NULL, subject TEXT NOT NULL,
            agent TEXT NOT NULL, org TEXT NOT NULL, tenant TEXT NOT NULL, priority INTEGER NOT NULL,
            settings TEXT NOT NULL, state TEXT NOT NULL, disposition TEXT, reason TEXT,
            psa TEXT, ticket TEXT, ticket_number TEXT, ticket_url TEXT);
        CREATE UNIQUE INDEX events_by_id ON events(id);
        CREATE INDEX events_by_receipt ON events(receipt);
        CREATE INDEX events_by_disposition ON events(disposition, number);

        CREATE TABLE traces(event INTEGER PRIMARY KEY, steps TEXT NOT NULL);

        -- What a parked event is decided from again.
        CREATE TABLE parked(event BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
        -- Questions to the world outside and their answers; answer is NULL for "unknown".
        CREATE TABLE inputs(
            event BLOB NOT NULL, name TEXT NOT NULL, answered INTEGER, answer TEXT,
            PRIMARY KEY(event, name)) WITHOUT ROWID;
        CREATE TABLE timers(number INTEGER PRIMARY KEY, due INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL);

        CREATE TABLE duplicates(
            key TEXT PRIMARY KEY, event BLOB NOT NULL, opened INTEGER NOT NULL, suppressed INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX duplicates_by_event ON duplicates(event);
        CREATE TABLE deliveries(id TEXT PRIMARY KEY, receipt BLOB NOT NULL, accepted INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE links(
            number INTEGER PRIMARY KEY, lane TEXT NOT NULL, problem TEXT NOT NULL, event BLOB NOT NULL,
            opened INTEGER NOT NULL, last INTEGER NOT NULL, occurrences INTEGER NOT NULL,
            ticket TEXT, ticket_number TEXT, ticket_url TEXT,
            -- written: when the ticket was last written to, or is to be. ticket_event: the event whose ticket the columns
            -- above name, which may be an earlier one's until that of event is made. touched: a technician was seen.
            written INTEGER NOT NULL, ticket_event BLOB, touched INTEGER NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX links_by_problem ON links(lane, problem);

        -- What is still to be done. state: pending, sending (its call may be under way), ambiguous (a call may have
        -- reached the PSA).
        CREATE TABLE outbox(
            row INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL, lane TEXT NOT NULL, problem TEXT NOT NULL,
            action TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL, sends INTEGER NOT NULL,
            created INTEGER NOT NULL, due INTEGER NOT NULL, ambiguous_since INTEGER,
            -- earliest: due on its turn, not before. is_open: takes in further events; size: of their lines.
            earliest INTEGER NOT NULL, is_open INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX outbox_by_due ON outbox(lane, due, row);
        CREATE INDEX outbox_by_problem ON outbox(lane, problem, row);

        -- Accepted configurations; the one with the highest number is in use. tenants is a JSON object: where a tenant
        -- has stayed at an earlier one.
        CREATE TABLE configurations(
            number INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE, accepted INTEGER NOT NULL,
            tenants TEXT NOT NULL);
        CREATE TABLE configuration_files(
            hash TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, bytes BLOB NOT NULL,
            PRIMARY KEY(hash, position)) WITHOUT ROWID;
        CREATE INDEX inputs_open ON inputs(name) WHERE answered IS NULL;

        -- The last three times at which an action was triggered on an agent: the loop guard needs no more.
        CREATE TABLE triggers(
            key TEXT PRIMARY KEY, latest INTEGER NOT NULL, second INTEGER, third INTEGER) WITHOUT ROWID;
        CREATE INDEX triggers_by_latest ON triggers(latest);
        -- Patch failures that are held, a place each; patches is a JSON array.
        CREATE TABLE holds(
            key TEXT PRIMARY KEY, event BLOB NOT NULL, problem TEXT NOT NULL, until INTEGER NOT NULL,
            patches TEXT NOT NULL, taken INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX holds_by_event ON holds(event);

        -- Messages to people: state is pending, sending, done or failed.
        CREATE TABLE messages(
            row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, lane TEXT NOT NULL, message TEXT NOT NULL,
            state TEXT NOT NULL, attempts INTEGER NOT NULL, created INTEGER NOT NULL, due INTEGER NOT NULL, reason TEXT);
        CREATE INDEX messages_by_due ON messages(state, lane, due, row);
        CREATE INDEX messages_by_age ON messages(state, created);
        CREATE INDEX messages_by_lane ON messages(lane, state);
        -- Messages that wait for their time, for the ticket's number, or for what the delivery makes of the event.
        CREATE TABLE notifications(
            row INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL, lane TEXT NOT NULL, problem TEXT NOT NULL,
            organisation TEXT NOT NULL, batch TEXT NOT NULL, state TEXT NOT NULL, channel TEXT NOT NULL,
            due INTEGER NOT NULL, wait_until INTEGER NOT NULL, patience INTEGER NOT NULL, created INTEGER NOT NULL,
            message TEXT NOT NULL);
        CREATE INDEX notifications_by_event ON notifications(event);
        CREATE INDEX notifications_by_batch ON notifications(batch);
        CREATE INDEX notifications_by_problem ON notifications(lane, problem);
        CREATE INDEX notifications_by_age ON notifications(state, created);
        -- What is collected for the administrator's next notice, and the troubles that he knows of.
        CREATE TABLE notice_counts(disposition TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE notice_lines(row INTEGER PRIMARY KEY, disposition TEXT NOT NULL, line TEXT NOT NULL);
        CREATE TABLE troubles(name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
        -- What several events that share an order say in its list.
        CREATE TABLE collected(number INTEGER PRIMARY KEY, row INTEGER NOT NULL, event BLOB NOT NULL, line TEXT NOT NULL);
        CREATE INDEX collected_by_row ON collected(row, number);
        CREATE INDEX outbox_open ON outbox(lane, problem) WHERE is_open=1;
        -- The tickets that were made, for new ones to name.
        CREATE TABLE tickets(
            number INTEGER PRIMARY KEY, lane TEXT NOT NULL, problem TEXT NOT NULL, created INTEGER NOT NULL,
            summary TEXT NOT NULL, ticket TEXT NOT NULL, ticket_number TEXT NOT NULL, ticket_url TEXT NOT NULL,
            is_closed INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX tickets_by_problem ON tickets(lane, problem, created);
        CREATE UNIQUE INDEX tickets_by_ticket ON tickets(lane, ticket);
        CREATE INDEX tickets_by_created ON tickets(created);
        CREATE INDEX links_by_last ON links(last);
        -- Alerts that were new tickets, or would have been if there had been no storm.
        CREATE TABLE new_tickets(number INTEGER PRIMARY KEY, scope TEXT NOT NULL, at INTEGER NOT NULL);
        CREATE INDEX new_tickets_by_scope ON new_tickets(scope, at);
        CREATE INDEX new_tickets_by_time ON new_tickets(at);
        -- ended is NULL while a storm goes on. most, span: new tickets that are no storm, and in how many milliseconds.
        CREATE TABLE storms(
            event BLOB PRIMARY KEY, scope TEXT NOT NULL, lane TEXT NOT NULL, problem TEXT NOT NULL,
            opened INTEGER NOT NULL, ended INTEGER, taken INTEGER NOT NULL, resolved INTEGER NOT NULL,
            notes INTEGER NOT NULL, most INTEGER NOT NULL, span INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX storms_by_scope ON storms(scope, opened);
        CREATE INDEX storms_by_end ON storms(ended);
        -- The problems that a storm has taken in and that have not been resolved since.
        CREATE TABLE storm_members(storm BLOB NOT NULL, problem TEXT NOT NULL, PRIMARY KEY(storm, problem)) WITHOUT ROWID;
        -- changes is a JSON array of times.
        CREATE TABLE flaps(
            lane TEXT NOT NULL, problem TEXT NOT NULL, state TEXT NOT NULL, changes TEXT NOT NULL, held INTEGER,
            latest INTEGER NOT NULL, PRIMARY KEY(lane, problem)) WITHOUT ROWID;
        CREATE INDEX flaps_by_latest ON flaps(latest);
        -- Sources that are expected to send: when one was last heard of, and when its silence is an event; NULL once it was told.
        CREATE TABLE expectations(source TEXT PRIMARY KEY, heard INTEGER NOT NULL, due INTEGER) WITHOUT ROWID;
        -- Procedures that are run for parked events. progress is NULL until the start was declared: from then on the run may have
        -- been started, and is never started again.
        CREATE TABLE runs(event BLOB PRIMARY KEY, run TEXT NOT NULL, due INTEGER NOT NULL, progress TEXT) WITHOUT ROWID;
        -- Keys that the service has made for itself.
        CREATE TABLE own_keys(name TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
        """,
        """
        -- What is shown of the whole history is counted as it happens, not by reading every event: new events by the ledger,
        -- once a transaction; those that change by a trigger.
        CREATE TABLE tallies(disposition TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO tallies SELECT coalesce(disposition, 'parked'), count(*) FROM events GROUP BY 1;
        CREATE TRIGGER tally_change AFTER UPDATE OF disposition ON events
            WHEN old.disposition IS NOT new.disposition BEGIN
            INSERT INTO tallies VALUES(coalesce(old.disposition, 'parked'), -1)
                ON CONFLICT(disposition) DO UPDATE SET count=count-1;
            INSERT INTO tallies VALUES(coalesce(new.disposition, 'parked'), 1)
                ON CONFLICT(disposition) DO UPDATE SET count=count+1;
        END;
        DROP INDEX events_by_disposition;

        -- What housekeeping looks for.
        CREATE INDEX events_by_received ON events(received);
        CREATE INDEX deliveries_by_accepted ON deliveries(accepted);
        CREATE INDEX duplicates_by_opened ON duplicates(opened);

        -- An order that is not the first of its problem is due when the one before it is settled, so that a long queue on
        -- one problem is not looked through for what is due.
        UPDATE outbox SET due=9223372036854775807 WHERE EXISTS(
            SELECT 1 FROM outbox p WHERE p.lane=outbox.lane AND p.problem=outbox.problem AND p.row<outbox.row);
        """,
        """
        -- Since when the lane has not taken the order; whether it has refused it.
        ALTER TABLE outbox ADD COLUMN failing_since INTEGER;
        ALTER TABLE outbox ADD COLUMN is_refused INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX outbox_refused ON outbox(is_refused) WHERE is_refused=1;
        -- An order that its lane did not take and that goes by mail: since when, why, and whether it is marked as a possible
        -- duplicate.
        ALTER TABLE outbox ADD COLUMN mail_since INTEGER;
        ALTER TABLE outbox ADD COLUMN mail_reason TEXT;
        ALTER TABLE outbox ADD COLUMN mail_marked INTEGER NOT NULL DEFAULT 0;
        -- The problem's ticket went out by mail: nobody knows its number.
        ALTER TABLE links ADD COLUMN mailed INTEGER NOT NULL DEFAULT 0;
        -- Orders that were given up. row is that of the outbox, which is never used again; what was collected for it stays.
        CREATE TABLE dead_letters(
            row INTEGER PRIMARY KEY, event BLOB NOT NULL, lane TEXT NOT NULL, problem TEXT NOT NULL, action TEXT NOT NULL,
            tries INTEGER NOT NULL, created INTEGER NOT NULL, died INTEGER NOT NULL, reason TEXT NOT NULL,
            may_be_done INTEGER NOT NULL, mail_since INTEGER, mail_reason TEXT);
        CREATE INDEX dead_letters_by_died ON dead_letters(died);
        -- What became of their events before that.
        CREATE TABLE dead_events(
            row INTEGER NOT NULL, event BLOB NOT NULL, disposition TEXT, reason TEXT, PRIMARY KEY(row, event)) WITHOUT ROWID;
        CREATE INDEX dead_events_by_event ON dead_events(event);
        """,
        """
        -- What messages to a pager are about, so that they go out in their order.
        ALTER TABLE messages ADD COLUMN alias TEXT;
        CREATE INDEX messages_by_alias ON messages(alias, lane, row);
        -- The events that pagers were told of, by the alias of the page: it is closed there when all of them are over.
        -- is_mailed: the pager did not take it, and it went out by mail.
        CREATE TABLE open_pages(
            event BLOB PRIMARY KEY, alias TEXT NOT NULL, tenant TEXT NOT NULL, lane TEXT NOT NULL, problem TEXT NOT NULL,
            sent INTEGER NOT NULL, is_mailed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE INDEX open_pages_by_alias ON open_pages(alias);
        CREATE INDEX open_pages_by_problem ON open_pages(lane, problem);
        CREATE INDEX open_pages_by_sent ON open_pages(sent);
        """,
        LedgerAmounts.migration,
        """
        -- Silences that were made by hand. machines: a machine group. One that is ended early keeps its row.
        CREATE TABLE silences(
            number INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT, machines TEXT, org TEXT, category TEXT,
            starts INTEGER NOT NULL, ends INTEGER NOT NULL, owner TEXT NOT NULL, reason TEXT NOT NULL,
            created INTEGER NOT NULL);
        CREATE INDEX silences_by_end ON silences(ends);
        -- Fire drills are not counted.
        DROP TRIGGER tally_change;
        CREATE TRIGGER tally_change AFTER UPDATE OF disposition ON events
            WHEN old.disposition IS NOT new.disposition AND new.source<>'\(Event.drillSource)' BEGIN
            INSERT INTO tallies VALUES(coalesce(old.disposition, 'parked'), -1)
                ON CONFLICT(disposition) DO UPDATE SET count=count-1;
            INSERT INTO tallies VALUES(coalesce(new.disposition, 'parked'), 1)
                ON CONFLICT(disposition) DO UPDATE SET count=count+1;
        END;
        """,
        """
        -- Files that came with alerts and wait to be attached to their tickets. missing: why one cannot be; it is to be kept in
        -- a folder then, and is removed here once it is there.
        CREATE TABLE files(
            number INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
            type TEXT NOT NULL, missing TEXT, bytes BLOB NOT NULL);
        CREATE UNIQUE INDEX files_by_event ON files(event, position);
        CREATE INDEX files_missing ON files(number) WHERE missing IS NOT NULL;
        -- Problems whose last alert is decided anew when what holds it back is over. until: NULL where that is not known yet.
        -- timed: the time of the timer that is set. many: more are let go at once than there are to be tickets.
        CREATE TABLE withheld(
            number INTEGER PRIMARY KEY, lane TEXT NOT NULL, problem TEXT NOT NULL, event BLOB NOT NULL, first INTEGER NOT NULL,
            count INTEGER NOT NULL, hold TEXT NOT NULL, held_by TEXT NOT NULL, until INTEGER, timed INTEGER, many INTEGER NOT NULL);
        -- The records that their alerts stand in, one for all that came with it; shared: the record of a parked event that is here.
        CREATE TABLE shared_records(sequence INTEGER PRIMARY KEY, record BLOB NOT NULL, uses INTEGER NOT NULL);
        ALTER TABLE parked ADD COLUMN shared INTEGER;
        CREATE UNIQUE INDEX withheld_by_problem ON withheld(lane, problem);
        CREATE INDEX withheld_by_event ON withheld(event);
        CREATE INDEX withheld_by_hold ON withheld(hold, held_by);
        -- What the monthly table will say of events that are on their way to the PSA; cells is a JSON array.
        CREATE TABLE summaries(event BLOB PRIMARY KEY, cells TEXT NOT NULL) WITHOUT ROWID;
        """,
        """
        -- What the RMM last told of a run by itself.
        ALTER TABLE runs ADD COLUMN told BLOB;
        """,
        Ledger.callsMigration,
        LedgerAmounts.ordersMigration,
    ]
}
