extension ShippedSources {
    /// Clouds: Azure Monitor, Amazon SNS with CloudWatch, CloudEvents.
    static let cloudText = """
        [SOURCE azure-monitor]
        Root=/data
        Map.severity=sev0:1; sev1:2; sev2:3; sev3:4; sev4:5
        Match.1={/essentials/alertId} ~ ^/subscriptions/(?<azSubscription>[^/]+)
        Agent={/essentials/configurationItems/0 // (/essentials/alertTargetIDs/0 | split:"/":-1)}
        Org={azSubscription}
        Severity={/essentials/severity}
        Priority={/essentials/severity | map:severity | default:3}
        EventType={/essentials/signalType}
        Subject=EVT|Azure Monitor|{/essentials/alertRule}|{agent}|{/essentials/monitoringService}|AZURE-{/essentials/alertRule | word}.EVT.X.P{priority}.Alm
        Body={/essentials/description // /essentials/alertRule}\\n{/alertContext/condition}{/alertContext/properties | prefix:"\\n"}
        Key={/essentials/originAlertId // /essentials/alertId}
        DeliveryId={/essentials/alertId}/{/essentials/monitorCondition}
        OccurredAt={/essentials/firedDateTime}
        Rule.10=resolve when /essentials/monitorCondition = Resolved
        Default=fire

        [SOURCE aws-sns]
        ; Auth=sns:arn:aws:sns:REGION:ACCOUNT:TOPIC. A CloudWatch alarm is JSON in the text of the message.
        Decode=json, /Message:json?
        Tolerant=Y
        Agent={/Message/Trigger/Dimensions/0/value // /Message/detail/instance-id}
        Org={/Message/AWSAccountId // (/TopicArn | split:":":4)}
        Let.name={/Message/AlarmName // /Subject // /Message/detail-type // "message"}
        Severity={/Message/NewStateValue}
        Priority=3
        EventType={/Message/Trigger/Namespace // (/TopicArn | split:":":-1)}
        Subject=EVT|AWS|{name}|{agent}|{/Message/Trigger/MetricName}|AWS-{name | word}.EVT.X.P3.Alm
        Body={/Message/AlarmDescription | suffix:"\\n"}{/Message/NewStateReason // /Message}{/Message/Region | prefix:"\\nRegion: "}
        Key={/Message/AlarmArn // (/Subject | prefix:"subject/") // (/Message | nodigits | hash)}
        DeliveryId={/MessageId // header:x-amz-sns-message-id}
        OccurredAt={/Message/StateChangeTime // /Timestamp}
        Rule.10=ignore(the subscription is being confirmed) when /Type = SubscriptionConfirmation
        Rule.20=ignore(the subscription has been cancelled) when /Type = UnsubscribeConfirmation
        Rule.30=test when /Message ~ "^Successfully validated SNS topic"
        Rule.40=resolve when /Message/NewStateValue = OK
        Rule.50=note when /Message/NewStateValue = INSUFFICIENT_DATA
        Default=fire

        [SOURCE cloudevents]
        ; Structured, in batches, or binary: attributes in ce- headers and the data as the body.
        Each=.
        Let.source={/source // header:ce-source}
        Let.type={/type // header:ce-type}
        Let.subject={/subject // header:ce-subject}
        Map.severity=critical|fatal:1; error|high:2; warning|warn|medium:3; low|minor:4; info:5
        Agent={/data/host // /data/hostname // /host // /hostname // subjectOf}
        Let.subjectOf={/subject // header:ce-subject}
        Org={/data/customer // /data/org // /customer // /org}
        Severity={/data/severity // /severity}
        Priority={severity | map:severity | default:3}
        EventType={type}
        Subject=EVT|CloudEvents|{type}|{agent // source}||CLOUDEVENT-{type | word}.EVT.X.P{priority}.Alm
        Body={/data/message // /data/text // /data // /message // /text // item}
        Link={/data/link // /dataschema}
        Key={/data/key // /key // (agent | prefix:"host:") // source}
        DeliveryId={source}/{/id // header:ce-id}
        OccurredAt={/time // header:ce-time}
        Rule.10=resolve when /data/state in (resolved, ok) or /state in (resolved, ok) or {type} ~ "(resolved|recovered|cleared)$"
        Default=fire
        """
}
