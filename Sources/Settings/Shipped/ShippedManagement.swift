extension ShippedSources {
    /// Remote monitoring and management whose body the operator writes: Kaseya VSA 9, Datto RMM, N-central, Tactical RMM.
    ///
    /// Subjects hold what does not change while a problem lasts; what does stands in the body.
    static let managementText = """
        [SOURCE kaseya-vsa9]
        ; Unverified against a real VSA 9: form fields of an agent procedure, or the recommended Format Email as lines.
        Decode=json|form|kv
        Tolerant=Y
        Remediate=Y
        TimeZone=UTC
        DateFormat=h:mm:ss a d-MMM-yy;d-MMM-yy h:mm:ss a
        Let.text={/subject // /event}
        Agent={/agent // /id}
        Group={/group // /gr}
        OS={/os}
        AgentId={/guid}
        Org={/org // (/group // /gr | split:".":0)}
        Match.1={/subject} ~ ^(?<kasCategory>[^|]+)\\|(?<kasRest>[^|]*\\|[^|]*\\|[^|]*\\|[^|]*\\|[^|]+)$
        Map.kind=/is offline|agent\\.offline|went offline|agent offline/:AGENT-OFFLINE; /is online|agent\\.online|back online|agent online/:AGENT-OFFLINE; *:ALARM
        Let.kind={text | map:kind}
        Priority={/priority // "3"}
        Subject=EVT|Kaseya VSA|{kind}|{agent}||KASEYA-{kind}.EVT.A.P{priority}.Alm
        Body={text | suffix:"\\n\\n"}{/body // /machines}{/last-checkin | prefix:"\\nLast check-in: "}
        Key={agent}/{kind | default:ALARM}
        DeliveryId={/delivery}
        EventType={kind}
        OccurredAt={/alert-time-utc // /time // /at}
        Rule.10=resolve when {text} ~ "is online|back online|agent\\.online"
        Rule.20=resolve when /state in (resolved, ok, closed)
        Default=fire

        [SOURCE datto-rmm]
        Tolerant=Y
        Remediate=Y
        Template.1={"eventType":"alert.raised","alertUid":"[alert_uid]","alertType":"[alert_type]","alertCategory":"[alert_category]","alertPriority":"[alert_priority]","alertMessage":"[alert_message_en]","trigger":"[alert]","deviceUid":"[device_uid]","deviceId":"[device_id]","hostname":"[device_hostname]","deviceOs":"[device_os]","deviceDescription":"[device_description]","externalIp":"[device_ip]","lastUser":"[last_user]","siteUid":"[site_uid]","siteId":"[site_id]","siteName":"[site_name]","platform":"[platform]"}
        Template.2={"eventType":"alert.resolved","alertUid":"[alert_uid]","alertType":"[alert_type]","alertCategory":"[alert_category]","alertPriority":"[alert_priority]","alertMessage":"[alert_message_en]","trigger":"[alert]","deviceUid":"[device_uid]","deviceId":"[device_id]","hostname":"[device_hostname]","deviceOs":"[device_os]","deviceDescription":"[device_description]","externalIp":"[device_ip]","lastUser":"[last_user]","siteUid":"[site_uid]","siteId":"[site_id]","siteName":"[site_name]","platform":"[platform]"}
        Map.priority=critical:1; high:2; moderate:3; low:4; information:5; unknown:3
        Agent={/hostname // /attachments/0/fields/1/value}
        AgentId={/deviceUid // /deviceId}
        OS={/deviceOs // /attachments/0/fields/4/value}
        Org={/siteName // /attachments/0/fields/0/value}
        OrgId={/siteName // /siteId}
        CF:LastUser={/lastUser}
        CF:SiteUid={/siteUid}
        Severity={/alertPriority // /priority}
        Priority={severity | map:priority | default:3}
        Category={/alertCategory // /category // "alert"}
        Let.type={/alertType // /attachments/0/title // /alertCategory // /category}
        Subject=EVT|Datto RMM|{type}|{agent}||DATTO-{category | word}.EVT.A.P{priority}.Alm
        Body={/alertMessage // /msg // /attachments/0/text}{/trigger | prefix:"\\n\\nTrigger: "}{/deviceDescription | prefix:"\\nDevice: "}{/externalIp | prefix:"\\nAddress: "}{/lastUser | prefix:"\\nLast user: "}
        Key={/alertUid}
        DeliveryId={/alertUid}/{/eventType // /action | default:raised}
        EventType={/eventType // /action}
        Link={/attachments/0/title_link}
        Rule.10=resolve when {/eventType // /action} ~ "resolved|cleared|closed"
        Default=fire

        [SOURCE n-central]
        Decode=xml|json
        Root=/notification
        Tolerant=Y
        Remediate=Y
        Map.state=normal|0:ok; failed|critical|warning|stale|no data|misconfigured|disconnected:problem
        Map.priority=failed|critical:2; warning:3; no data|stale|misconfigured|disconnected:4; normal:
        Let.state={/QualitativeNewState // /state/new}
        Let.old={/QualitativeOldState // /state/old}
        Agent={/DeviceName // /device/name}
        CF:Address={/DeviceURI // /device/uri}
        Org={/CustomerName // /device/customer}
        OrgId={/ExternalCustomerID // /CustomerName // /device/customer}
        CF:ServiceOrganization={/ServiceOrganizationName}
        EventType={/AffectedService // /service/name}
        Severity={state}
        Let.worse={(state | map:priority) // (old | map:priority)}
        Priority={worse | default:3}
        Subject=EVT|N-central|{eventtype}|{agent}|{/TaskIdent // /service/task}|NCENTRAL-{eventtype | word}.EVT.A.P{priority}.Alm
        Body={eventtype}: {old // "?"} → {state}\\n{/QuantitativeNewState // /state/details}{/RemoteControlLink | prefix:"\\n"}
        Key={/CustomerName // /device/customer | default:""}/{/DeviceURI // /device/uri // agent}/{/AffectedService // /service/name}/{/TaskIdent // /service/task | default:""}
        DeliveryId={/ActiveNotificationTriggerID // /alert/id}/{state}/{/TimeOfStateChange // /alert/time}
        OccurredAt={/TimeOfStateChange // /alert/time}
        Link={/RemoteControlLink}
        Rule.10=resolve when {state | map:state} = ok
        Default=fire

        [SOURCE tactical-rmm]
        Tolerant=Y
        Remediate=Y
        Match.1={/text // /message} ~ ^(?<tacHost>[A-Za-z0-9._-]+): (?<tacText>(?s).+)$
        Map.priority=error|critical|high:2; warning|medium:3; info|informational|low:4
        Agent={/hostname // /agent // tacHost}
        AgentId={/agent_id}
        OS={/os // /operating_system}
        Org={/client // /organization}
        OrgId={/client // /organization}
        Group={/site}
        Severity={/severity // /alert_severity}
        Priority={severity | map:priority | default:3}
        EventType={/type // /alert_type // "alert"}
        Let.message={/message // tacText // /text}
        Subject=EVT|Tactical RMM|{eventtype}|{agent}|{message | find:"^(?<x>.*?)(?:\\s*\\(?\\d+(?:[.,]\\d+)?\\s*(?:%|[KMGT]B).*)?$" | substring:0:80}|TACTICAL-{eventtype | word}.EVT.A.P{priority}.Alm
        Body={message}
        Key={/alert_id // /id}
        OccurredAt={/alert_time // /time}
        Rule.10=test when {/text // /message} ~ "\\{\\{.*\\}\\}"
        Rule.20=resolve when {/state // /event // /action} in (resolved, resolve, ok, success)
        Rule.30=resolve when /resolved in (true, yes, 1)
        Default=fire
        """
}
