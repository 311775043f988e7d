# Reads the trace that show-durability makes. A call that another thread interrupts stands on two lines, "<unfinished ...>"
# and "<... resumed>": what is sent counts from where the call begins, what is written or synced from where it has ended.

function show(what, text) {
    number++
    if (length(text) > 150) text = substr(text, 1, 120) " … " substr(text, length(text) - 25)
    printf "%2d. %s\n      %s\n", number, what, text
}

function wrong(what, text) {
    show("WRONG: " what, text)
    failed = 1
    exit 1
}

{
    thread = $1
    text = $0
    sub(/^[0-9]+ +/, "", text)
    resumes = text ~ /^<\.\.\. /
    ends = text !~ /<unfinished \.\.\.>$/
    whole = text
    if (resumes) {
        whole = begun[thread] text
        delete begun[thread]
    }
    if (!ends) begun[thread] = text
    begins = !resumes
}

!received {
    if (ends && whole ~ /^(recvfrom|recvmsg|read)\(.*"POST \/v1\/alerts /) {
        received = 1
        show("the request is read", whole)
    }
    next
}

ends && whole ~ /^pwrite.*\.journal>/ && !recorded {
    recorded = 1
    show("its record is written into the journal", whole)
    if (whole ~ /RWF_D?SYNC/) durable = 1
}

ends && whole ~ /^f(data)?sync\(.*\.journal>.* = 0$/ && recorded && !durable {
    durable = 1
    show("the journal is on disk", whole)
}

begins && text ~ /^(sendto|sendmsg|write|writev)\(.*"HTTP\/1\.1 200 / && !answered {
    if (!durable) wrong("the answer goes out before the record is on disk", text)
    answered = 1
    show("only now the answer goes out", text)
}

ends && whole ~ /^pwrite.*ledger\.db-wal>/ { changed = 1 }

ends && whole ~ /^f(data)?sync\(.*ledger\.db-wal>.* = 0$/ && durable && changed {
    changed = 0
    commits++
    commit = whole
}

begins && text ~ "^connect\\(.*htons\\(" psa "\\)" && !called {
    if (!commits) wrong("the PSA is called before the decision is on disk", text)
    called = 1
    show("the decision and the outbox's row are on disk in the ledger", commit)
    show("only now the PSA is called", text)
    before = commits
}

begins && text ~ /^(sendto|sendmsg|write|writev)\(.*"POST [^ ]*\/service\/tickets / && !asked {
    if (!called) wrong("the ticket is asked for before the decision is on disk", text)
    if (commits == before) wrong("the ticket is asked for before the intent is on disk", text)
    asked = 1
    show("the intent to send is on disk in the ledger", commit)
    show("only now the ticket is asked for", text)
}

END {
    if (failed) exit 1
    if (!answered || !asked) {
        print "the trace does not hold the whole way: answered " answered + 0 ", ticket asked for " asked + 0
        exit 1
    }
    print "The order holds."
}
