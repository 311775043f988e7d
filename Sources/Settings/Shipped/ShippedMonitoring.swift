extension ShippedSources {
    /// Hosts and services: Nagios, Icinga 2; and audits: Netwrix, Kaspersky.
    static let monitoringText = """
        [SOURCE nagios]
        Decode=json|form
        Tolerant=Y
        Map.state=critical|down:2; warning:3; unknown|unreachable:4; ok|up:
        Let.state={/service_state // /host_state // /state}
        Agent={/host_name // /host // /hostname}
        CF:Address={/host_address // /address}
        Org={/customer // /host_groups}
        Let.service={/service_name // /service // /service_description | default:"HOST"}
        Severity={/severity // state}
        Priority={severity | map:state | default:3}
        EventType={/kind // "service"}
        Subject=EVT|Nagios|{service}|{agent}||NAGIOS-{service | word}.EVT.A.P{priority}.Alm
        Body={/service_output // /host_output // /output}{/service_long_output | prefix:"\\n"}{/comment | prefix:"\\n\\nComment: "}{/author | prefix:"\\nBy: "}
        Link={/monitor_url}
        Key={agent}/{service}
        DeliveryId={/problem_id // /last_problem_id}/{/type // state}/{agent}/{service}/{/notification_number}/{/timestamp | default:""}
        OccurredAt={/timestamp}
        Rule.10=resolve when /type = RECOVERY
        Rule.20=note when /type in (ACKNOWLEDGEMENT, CUSTOM) or /type ~ "^(FLAPPING|DOWNTIME)"
        Rule.30=resolve when {state} in (OK, UP) and not /type = PROBLEM
        Default=fire

        [SOURCE icinga2]
        Decode=json|form
        Tolerant=Y
        Template.1={"host":{"name":"$host.name$","display_name":"$host.display_name$","check_command":"$host.check_command$","acknowledgement":"$host.acknowledgement$","downtime_depth":"$host.downtime_depth$","flapping":"$host.flapping$"},"service":{"name":"$service.name$","display_name":"$service.display_name$","check_command":"$service.check_command$","acknowledgement":"$service.acknowledgement$","downtime_depth":"$service.downtime_depth$","flapping":"$service.flapping$"},"check_result":{"exit_status":"$service.state$","state":"$service.state_text$","output":"$service.output$","execution_start":"$service.last_check$","execution_end":"$service.last_check$","state_type":"$service.state_type$","attempt":"$service.check_attempt$","execution_time":"$service.execution_time$","latency":"$service.latency$"}}
        Map.state=critical|down|2:2; warning|1:3; unknown|3:4; ok|up|0:
        Let.state={/check_result/state // /state // /check_result/exit_status}
        Agent={/host/name // /host/display_name // /host_name}
        Org={/host/customer // /customer}
        Let.service={/service/display_name // /service/name // /service_name | default:"HOST"}
        Severity={state}
        Priority={state | map:state | default:3}
        EventType={/check_result/state_type // "check"}
        Subject=EVT|Icinga|{service}|{agent}||ICINGA-{service | word}.EVT.A.P{priority}.Alm
        Body={state}: {/check_result/output // /output}
        Key={agent}/{service}
        OccurredAt={/check_result/execution_end // /timestamp}
        Rule.10=resolve when {state} in (OK, UP, 0) or /type = RECOVERY
        Rule.20=note when /type in (ACKNOWLEDGEMENT, CUSTOM) or /type ~ "^(FLAPPING|DOWNTIME)"
        Rule.30=ignore(a soft state) when /check_result/state_type = SOFT
        Default=fire

        [SOURCE netwrix]
        ; A response action of Netwrix Auditor: the IDs alone, or the activity record.
        ; Each repeat is new evidence: never a duplicate, and [TICKET FLOW netwrix] is its own where it is written.
        Decode=json|xml
        DeDupPeriod=0
        Flow=netwrix
        Root=/ActivityRecord
        LookUp={/recordId // /RecordId}
        Agent={/Where // /where // /record/where}
        Org={/Customer // /customer}
        Let.alert={/alertName // /AlertName // /Action // "alert"}
        Let.id={/recordId // /RID // /rid}
        EventType={/ObjectType // /objectType // "audit"}
        EventCode={/alertId // /AlertId}
        Priority=3
        Subject=EVT|Netwrix|{alert}|{/DataSource // /dataSource}|{/Who // /who}|NETWRIX-{alert | word}.EVT.X.P3.Alm
        Body={alert}{/Who // /who | prefix:"\\nWho: "}{/Action | prefix:"\\nAction: "}{/ObjectType // /objectType | prefix:"\\nObject type: "}{/What // /what | prefix:"\\nWhat: "}{agent | prefix:"\\nWhere: "}{/Workstation | prefix:"\\nWorkstation: "}{/When // /when | prefix:"\\nWhen: "}{/DataSource // /dataSource | prefix:"\\nData source: "}{/MonitoringPlan/Name // /MonitoringPlan | prefix:"\\nMonitoring plan: "}{/Item/Name // /Item | prefix:"\\nItem: "}{/DetailList/Detail // /DetailList | prefix:"\\nDetails: "}{id | prefix:"\\nRecord: "}
        Key={eventcode // alert}/{id}
        DeliveryId={eventcode // alert}/{id}
        OccurredAt={/When // /when}
        Default=fire

        [SOURCE kaspersky]
        ; Kaspersky Security Center through a script or a SIEM export: JSON, form or lines name: value.
        Decode=json|form|kv
        Tolerant=Y
        Map.severity=critical|4:1; functional failure|error|3:2; warning|2:3; info|informational|1:5
        Agent={/host // /hostname // /device // /computer // /hostDisplayName}
        AgentId={/hostId}
        OS={/os}
        Org={/customer // /virtualServer // /group}
        Severity={/severity // /level}
        Priority={severity | map:severity | default:3}
        EventType={/eventType // /event_type // /event}
        Let.what={/eventTypeDisplayName // /event // eventtype // "event"}
        Subject=EVT|Kaspersky|{what}|{agent}|{/virusName // /threat}|KASPERSKY-{eventtype | default:"EVENT" | word}.EVT.A.P{priority}.Alm
        Body={/description // /message // /text // what}{/virusName // /threat | prefix:"\\nThreat: "}{/object // /path | prefix:"\\nObject: "}
        Key={agent}/{eventtype}/{/virusName // /threat | default:""}
        DeliveryId={/eventId // /id}
        OccurredAt={/riseTime // /time // /date}
        Rule.10=resolve when /status in (OK, resolved) or {eventtype} ~ "cured|resolved"
        Rule.20=ignore(information) when {severity | map:severity} = 5
        Default=fire
        """
}
