extension ShippedSources {
    /// Remote monitoring and management with a body of its own: NinjaOne, VSA X (Pulseway), Syncro, Auvik, Domotz, Meraki.
    static let remoteText = """
        [SOURCE ninjaone]
        Remediate=Y
        Map.priority=critical:1; major:2; moderate:3; minor:4; none:4
        Map.level=high:2; medium:3; low:4
        Map.class=/SERVER|VMM_HOST|HYPERV/:S; /WORKSTATION|LAPTOP|MAC/:W; *:X
        Agent={/device/displayName // /device/systemName // /deviceId}
        AgentId={/deviceId // /device/id}
        HostClass={/device/nodeClass | map:class}
        Org={/organization/name}
        OrgId={/organization/name // /device/organizationId // /organizationId}
        CF:Policy={/sourceName}
        LastCheckIn={/device/lastContact}
        Severity={/severity // /priority}
        Priority={(/severity | map:priority) // (/priority | map:level) | default:3}
        EventType={/activityType}
        EventCode={/sourceName // /statusCode}
        ; Where nothing else names the condition, its code does, unless that is the state.
        Let.condition={/sourceConfigUid // /sourceName // (/statusCode | find:"^(?<x>(?!(?:TRIGGERED|RESET|RESOLVED|CLEARED|COMPLETED|STARTED|IN_PROCESS|SCHEDULED|CANCELLED|FAILED|ABORTED|BLOCKED|SUCCESS)$).+)$") // /activityType}
        Subject=EVT|NinjaOne|{eventcode}|{agent}||NINJA-{eventtype | word}.EVT.{hostclass}.P{priority}.Alm
        Body={/message // /subject}{/sourceName | prefix:"\\n\\nCondition: "}{/activityResult | prefix:"\\nResult: "}
        Key={/seriesUid // /deviceId}/{condition}
        DeliveryId={/id // /activityId}
        OccurredAt={/activityTime}
        Rule.10=resolve when /statusCode in (RESET, RESOLVED, CLEARED) or /status in (RESET, RESOLVED, CLEARED)
        Rule.20=ignore(an activity, not a condition) when /activityType exists and /activityType != CONDITION and not /severity in (MODERATE, MAJOR, CRITICAL)
        Default=fire

        [SOURCE vsax]
        Remediate=Y
        ; Pulseway's notifications: they never say that a problem is over, and their Id changes each time.
        Match.1={/Message} ~ on the computer '(?<computer>[^']+)'(?: in group '(?<computerGroup>[^']+)')?
        Match.2={/Message} ~ [Cc]omputer '(?<computer>[^']+)'(?: in group '(?<computerGroup>[^']+)')?
        Map.priority=critical:1; elevated:2; normal:3; low:4
        Agent={computer // /DeviceIdentifier}
        AgentId={/DeviceIdentifier}
        Org={computerGroup | split:" - ":0}
        OrgId={(computerGroup | split:" - ":0) // /OrganizationId}
        CF:Group={computerGroup}
        CF:OrganizationId={/OrganizationId}
        Severity={/Priority}
        Priority={/Priority | map:priority | default:3}
        EventType={/Title}
        Subject=EVT|VSA X|{/Title}|{agent}||VSAX-{/Title | word}.EVT.A.P{priority}.Alm
        Body={/Message}
        Key={/DeviceIdentifier}/{/Title}
        DeliveryId={/Id}
        OccurredAt={/DateTime}
        Default=fire

        [SOURCE syncro]
        Remediate=Y
        Agent={/attributes/computer_name}
        Org={/attributes/customer/business_then_name // /attributes/customer/business_name // /attributes/customer/fullname}
        OrgId={/attributes/customer/business_then_name // /attributes/customer/id}
        CF:CustomerId={/attributes/customer/id}
        EventType={/attributes/properties/trigger // "alert"}
        Map.priority=/offline|hd space|disk|smart/:2; *:3
        Priority={eventtype | map:priority}
        Subject=EVT|Syncro|{eventtype}|{agent}||SYNCRO-{eventtype | word}.EVT.A.P{priority}.Alm
        Body={/attributes/formatted_output // /attributes/properties/description // /text}{/attributes/properties/description | prefix:"\\n\\n"}
        Link={/link}
        Key={/attributes/id}
        DeliveryId={/attributes/id}/{/attributes/resolved | lower | default:false}
        OccurredAt={/attributes/created_at}
        Rule.10=resolve when /attributes/resolved in (true, 1, yes)
        Default=fire

        [SOURCE auvik]
        Map.severity=1:1; 2:2; 3:3; 4:4
        Map.word=emergency:1; critical:2; warning:3; info|informational:4
        Agent={/entityName}
        AgentId={/entityId}
        Org={/companyName}
        OrgId={/companyName // /companyId}
        HostClass=X
        Severity={/alertSeverityString // /alertSeverity}
        Priority={(/alertSeverity | map:severity) // (/alertSeverityString | map:word) | default:3}
        EventType={/entityType // "network"}
        Subject=EVT|Auvik|{/alertName}|{agent}||AUVIK-{/alertName | word}.EVT.X.P{priority}.Alm
        Body={/alertDescription // /subject}
        Link={/link}
        Key={/correlationId // /alertId}
        DeliveryId={/alertId}/{/alertStatus}
        OccurredAt={/date}
        Rule.10=test when /my-api-test-field exists
        ; "… is online" alerts turn the sense round: triggered is good.
        Rule.20=resolve when /alertName ~ "is online|back online" and (/alertStatus = 0 or /alertStatusString = Triggered)
        Rule.30=ignore(the end of good news) when /alertName ~ "is online|back online"
        Rule.40=resolve when /alertStatus = 1 or /alertStatusString = Cleared
        Default=fire

        [SOURCE domotz]
        Agent={/data/device_name // (/data/device_id // /data/agent_id | prefix:"domotz-")}
        AgentId={/data/device_id // /data/agent_id}
        OrgId={/data/agent_name // (/data/agent_id | prefix:"domotz-")}
        CF:Site={/data/agent_id}
        HostClass=X
        EventType={/name}
        Map.priority=/agent_status|agent_lost/:1; /device_status|device_lost/:2; /wan_change|configuration/:4; *:3
        Priority={/name | map:priority}
        Let.value={/data/value // /data/status}
        Subject=EVT|Domotz|{/name}|{agent}||DOMOTZ-{/name | word}.EVT.X.P{priority}.Alm
        Body={/name}{value | prefix:": "}\\n{/data}
        Key={/data/agent_id}/{/data/device_id // "agent"}/{/name}
        DeliveryId={/data/agent_id}:{/data/device_id // "agent"}:{/name}:{/timestamp}
        OccurredAt={/timestamp}
        Rule.10=resolve when {value} in (UP, ONLINE, FOUND)
        Default=fire

        [SOURCE meraki]
        ; The secret stands in the body: Auth=body:/sharedSecret:env:MERAKI_SECRET
        Map.level=critical:2; warning:3; informational|info:4
        Agent={/deviceName // /deviceSerial // /networkName}
        AgentId={/deviceSerial}
        HostClass=X
        Org={/organizationName}
        OrgId={/organizationName // /organizationId}
        CF:Network={/networkName}
        CF:Model={/deviceModel}
        Severity={/alertLevel}
        Priority={/alertLevel | map:level | default:3}
        EventType={/alertTypeId}
        Subject=EVT|Meraki|{/alertType}|{agent}|{/networkName}|MERAKI-{/alertTypeId // /alertType | word}.EVT.X.P{priority}.Alm
        Body={/alertType} on {/deviceName // /networkName} ({/deviceModel // "network"})\\nNetwork: {/networkName}\\n{/alertData}
        Link={/deviceUrl // /networkUrl}
        Key={/networkId}/{/deviceSerial // "network"}/{/alertTypeId}
        DeliveryId={/networkId}/{/deviceSerial // "network"}/{/alertTypeId}/{/occurredAt}
        OccurredAt={/occurredAt // /sentAt}
        Rule.10=test when /alertTypeId = test or /alertType ~ "^test"
        Rule.20=resolve when /alertType ~ "came up|came online|connectivity restored|recovered|is back" or /alertTypeId in (started_reporting, gateway_up, node_up)
        Default=fire
        """
}
