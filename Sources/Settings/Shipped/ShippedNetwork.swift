extension ShippedSources {
    /// Probes: PRTG, Uptime Kuma, Synology, Proxmox.
    static let networkText = """
        [SOURCE prtg]
        Decode=json|form|query
        Tolerant=Y
        ; PRTG shows no header of ours: Auth=path:env:PRTG_TOKEN or Auth=query:token:env:PRTG_TOKEN.
        Map.status=/^down/:2; /^warning/:4; /^unusual/:4
        Match.1={/status} ~ ^(?<prtgWas>\\w+) ended \\(now: (?<prtgNow>[^)]+)\\)
        Let.sensor={/sensor // /name}
        Agent={/device // /host}
        CF:Address={/host}
        Org={/group}
        Severity={/status}
        Priority={/status | map:status | default:3}
        EventType={sensor}
        EventCode={/sensorId // /sensorid}
        Subject=EVT|PRTG|{sensor}|{agent}|{/group}|PRTG-{sensor | word}.EVT.X.P{priority}.Alm
        Body={/status}: {/message}{/lastValue | prefix:"\\nLast value: "}{/probe | prefix:"\\nProbe: "}{/siteName | prefix:"\\nServer: "}
        Link={/sensorUrl // /serviceUrl}
        Key={/sensorId // /sensorid}
        OccurredAt={(/datetime | split:" (":0 | date:"M/d/yyyy h:mm:ss a") // /datetime}
        Rule.10=resolve when prtgNow ~ "^(up|ok)$"
        Rule.20=note when prtgNow exists
        Rule.30=resolve when /status in (Up, OK)
        Rule.40=ignore(paused) when /status ~ "^paused"
        Rule.50=note when /status ~ "acknowledged"
        Default=fire

        [SOURCE uptime-kuma]
        Decode=json|multipart|form|query, /data:json?, /heartbeat:json?, /monitor:json?
        Root=/data
        Let.name={/monitor/name}
        Agent={/monitor/hostname // /monitor/name}
        Org={/monitor/tags/0/value}
        EventType={/monitor/type}
        Priority=2
        Subject=EVT|Uptime Kuma|{name // /title}|{/monitor/url}||KUMA-{/monitor/type | default:"MONITOR" | word}.EVT.X.P2.Alm
        Body={/msg // /title}{/heartbeat/msg | prefix:"\\n"}
        Link={/monitor/url}
        Key={/monitor/id}
        OccurredAt={/heartbeat/time}
        Rule.10=test when /monitor missing and /heartbeat missing
        Rule.20=resolve when /heartbeat/status = 1
        Rule.30=ignore(pending or in maintenance) when /heartbeat/status in (2, 3)
        Default=fire

        [SOURCE synology]
        Decode=json|form|query
        Tolerant=Y
        Match.1={/prefix} ~ ^(?<nas>[^|]+?)\\s*\\|\\s*(?<nasTime>.*)$
        Map.severity=critical|error:2; warning|warn:3; info|information:5
        Agent={/host // /hostname // nas}
        HostClass=S
        Org={/customer // /org}
        Severity={/severity}
        Priority={/severity | map:severity | default:3}
        Let.text={/text // /message // /subject // query:text}
        ; What stands before a measured value, which changes from alert to alert.
        Let.what={text | find:"^(?<x>.*?)(?:\\s*\\(?\\d+(?:[.,]\\d+)?\\s*(?:%|[KMGT]B).*)?$" | substring:0:100}
        EventType={/event // "DSM"}
        Subject=EVT|Synology|{what}|{agent}||SYNOLOGY-DSM.EVT.S.P{priority}.Alm
        Body={text}
        Key={agent}/{what}
        OccurredAt={nasTime}
        Rule.10=test when {text} ~ "test message|this is a test"
        Rule.20=ignore(good news) when /severity in (info, information) and {text} ~ "completed|successful|back to normal"
        Default=fire

        [SOURCE proxmox]
        Match.1={/title} ~ ^(?<pveWhat>[^(:]+?)\\s*\\((?<pveHost>[^)]+)\\)
        Map.severity=error:2; warning:3; notice:4; info:5
        Agent={/fields/hostname // pveHost // /source}
        HostClass=S
        Org={/fields/customer}
        Severity={/severity}
        Priority={/severity | map:severity | default:3}
        EventType={/fields/type // "notification"}
        Subject=EVT|Proxmox|{pveWhat // /title}|{/fields/job-id}|{agent}|PROXMOX-{eventtype | word}.EVT.S.P{priority}.Alm
        Body={/title}\\n\\n{/message}
        Key={agent}/{eventtype}/{/fields/job-id // pveWhat // /title}
        OccurredAt={/timestamp}
        Rule.10=test when /title ~ "^test notification" or {eventtype} = test
        Rule.20=resolve when /severity in (info, notice) and /title ~ "success|finished|ok"
        Rule.30=ignore(information) when /severity in (info, notice)
        Default=fire
        """
}
