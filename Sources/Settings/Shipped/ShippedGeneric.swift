extension ShippedSources {
    /// For senders without a mapping of their own: Standard Webhooks, and a form.
    static let genericText = """
        [SOURCE standard-webhooks]
        ; Auth=hmac:standard-webhooks:env:WEBHOOK_SECRET, for Svix hmac:svix:…
        Map.severity=critical|fatal|p1:1; error|high|major|p2:2; warning|warn|medium|p3:3; low|minor|p4:4; info|p5:5
        Agent={/data/host // /data/hostname // /data/agent // /data/device}
        Org={/data/customer // /data/organization // /data/org // /data/account}
        Severity={/data/severity // /data/priority}
        Priority={severity | map:severity | default:3}
        EventType={/type // "event"}
        Let.text={/data/title // /data/summary // /title // /data/message // /data/description // /message}
        Let.type={/type // "event"}
        Subject=EVT|Webhook|{eventtype}|{agent}|{text | substring:0:100}|WEBHOOK-{eventtype | word}.EVT.X.P{priority}.Alm
        Body={/data/title // /data/summary // /title | suffix:"\\n"}{/data/message // /data/description // /message // /data}
        Link={/data/link // /data/url // /link}
        Key={/data/key // /data/id // /alert_uid // /id}
        DeliveryId={header:webhook-id // header:svix-id // /id}
        OccurredAt={/timestamp}
        Rule.10=resolve when /data/state in (resolved, ok, closed) or /data/status in (resolved, ok, closed) or /state in (ok, resolved) or {eventtype} ~ "(resolved|recovered|closed)$"
        Default=fire

        [SOURCE form]
        ; Fields of our own names from an HTML form, a script or a query.
        Decode=form|multipart|query|json
        Agent={/agent // /host // /hostname}
        AgentId={/agentId}
        Group={/group}
        OS={/os}
        HostClass={/hostClass | upper}
        Org={/org // /customer}
        OrgId={/orgId // /org // /customer}
        Severity={/severity}
        Map.severity=critical|p1|1:1; error|high|p2|2:2; warning|medium|p3|3:3; low|p4|4:4; info|p5|5:5
        Priority={/priority // /severity | map:severity | default:3}
        EventType={/eventType}
        Let.text={/subject // /title // /message // /text}
        Match.1={text} ~ ^(?<formSubject>[^|]*\\|[^|]*\\|[^|]*\\|[^|]*\\|[^|]*\\|[^|]+)$
        Subject={/subject // /title // /message // /text}
        Body={/body // /description // /message // /text // /subject}
        Link={/link}
        Key={/key // /id}
        DeliveryId={header:idempotency-key // /deliveryId}
        OccurredAt={/occurredAt // /time}
        Rule.10=resolve when /state in (resolved, ok, closed)
        Default=fire
        """
}
