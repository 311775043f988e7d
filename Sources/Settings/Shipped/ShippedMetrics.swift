extension ShippedSources {
    /// Metrics: Alertmanager, Grafana, Zabbix.
    static let metricsText = """
        [SOURCE alertmanager]
        Each=/alerts
        Map.severity=critical|page|emergency|disaster:1; error|major|high:2; warning|warn|medium:3; minor|low:4; info|none:5
        Agent={/labels/instance // /labels/host // /labels/hostname // /labels/node // /labels/pod | split:":":0}
        HostClass={/labels/hostclass | upper}
        Org={/labels/org // /labels/customer // /labels/tenant // ^/commonLabels/org}
        Msp={/labels/msp}
        Severity={/labels/severity}
        Priority={/labels/severity | map:severity | default:3}
        EventType={/labels/alertname}
        Subject=EVT|Alertmanager|{/labels/alertname}|{/labels/instance}|{/labels/job}|PROM-{/labels/alertname | word}.EVT.{hostclass}.P{priority}.Alm
        Let.truncated={^/truncatedAlerts | replace:"0":"" | prefix:"\\n\\nAlerts that Alertmanager left out of the group: "}
        Body={/annotations/summary // /annotations/title // /annotations/message | suffix:"\\n"}{/annotations/description}{/labels | prefix:"\\n\\nLabels: "}{truncated}
        Link={/generatorURL // ^/externalURL}
        Key={/fingerprint // /labels}
        OccurredAt={/startsAt}
        Rule.10=resolve when /status = resolved
        Default=fire

        [SOURCE grafana]
        Each=/alerts
        Map.severity=critical|page|emergency:1; error|major|high:2; warning|warn|medium:3; minor|low:4; info|none:5
        Agent={/labels/instance // /labels/host // /labels/hostname // /evalMatches/0/tags/host | split:":":0}
        Org={/labels/org // /labels/customer // ^/commonLabels/org}
        Severity={/labels/severity // ^/commonLabels/severity}
        Priority={severity | map:severity | default:3}
        Let.name={/labels/alertname // /ruleName // /title}
        EventType={name}
        Subject=EVT|Grafana|{name}|{/labels/instance // /labels/host}|{/labels/grafana_folder}|GRAFANA-{name | word}.EVT.X.P{priority}.Alm
        Body={/annotations/summary // /annotations/title // /message | suffix:"\\n"}{/annotations/description}{/values | prefix:"\\n\\nValues: "}{/labels | prefix:"\\nLabels: "}{/evalMatches | prefix:"\\n\\nMatches: "}
        Link={/panelURL // /dashboardURL // /generatorURL // /ruleUrl // ^/externalURL}
        Key={/fingerprint // /labels // (/ruleId | prefix:"rule-")}
        OccurredAt={/startsAt}
        Rule.10=test when /labels/alertname = TestAlert and /labels/instance = Grafana
        Rule.20=resolve when /status = resolved or /state = ok
        Rule.30=ignore(the rule is paused) when /state = paused
        Default=fire

        [SOURCE zabbix]
        Tolerant=Y
        Redact=helpdesk_app_token,helpdesk_user_token,zabbix_api_token,token,password
        ; Three styles of parameter names: event_id…, title/description, id/triggerId/status.
        Map.severity=5:1; 4:2; 3:3; 2:4; 1:5; 0:5
        Map.word=disaster:1; high:2; average:3; warning:4; information|not classified:5
        Match.1={/alert_message // /description // /message} ~ (?m)^Host: (?<zbxHost>[^\\r\\n]+)
        Match.2={/alert_message // /description // /message} ~ (?m)^Problem name: (?<zbxName>[^\\r\\n]+)
        Match.3={/alert_message // /description // /message} ~ (?m)^Severity: (?<zbxSeverity>[^\\r\\n]+)
        Let.name={/event_name // zbxName // /name // /title | strip:"Problem: " | strip:"Resolved: "}
        Agent={/host_name // /service // zbxHost // /host}
        Org={/customer // /host_group}
        Severity={/event_nseverity // /severity // zbxSeverity}
        Priority={(/event_nseverity | map:severity) // (/severity // zbxSeverity | map:word) | default:3}
        EventType={name}
        EventCode={/trigger_id // /triggerId}
        Subject=EVT|Zabbix|{name}|{agent}|{eventcode}|ZABBIX-TRIGGER.EVT.X.P{priority}.Alm
        Body={/alert_message // /description // /message}{/trigger_description | prefix:"\\n\\n"}{/event_update_message | prefix:"\\n\\nUpdate: "}
        Link={/zabbix_url // /link_to_upstream_details}
        Key={/event_id // /id // /alert_uid}
        DeliveryId={/event_id // /id // /alert_uid}/{/event_value // /status // /state // "1"}/{/event_update_status // "0"}{/event_update_action | prefix:"/" | default:""}{/event_update_message | hash | prefix:"/" | default:""}
        OccurredAt={/event_date | replace:".":"-"}{/event_time | prefix:" "}
        Rule.10=note when /event_update_status = 1 and not /event_value = 0
        Rule.20=resolve when /event_value = 0 or /status in (RESOLVED, OK) or /state = ok
        Rule.30=ignore(discovery or autoregistration, not a problem) when /event_source in (1, 2)
        Default=fire
        """
}
