import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Secrets")
    struct SecretTests {
        /// What is planted where, by a name for messages.
        private static let planted = [
            "AdminToken": "planted-admin-5d1f0c7a", "IntakeToken": "planted-intake-93be2a44",
            "a source's header": "planted-header-77aa01", "a source's query": "planted-query-77aa02",
            "a source's path": "planted-path-77aa03", "a source's password": "planted-basic-77aa04",
            "a source's HMAC": "planted-hmac-77aa05", "MAIL Password": "planted-mail-77aa06",
            "NotifyKey": "planted-pager-77aa07", "a mailbox": "planted-mailbox-77aa08",
            "a mail relay": "planted-relay-77aa10",
            "ConnectWise's public key": "sandbox-public", "ConnectWise's private key": "sandbox-private",
            "ConnectWise's keys": "sandbox-private as base64", "Autotask's secret": "sandbox-secret",
            "Autotask's code": "sandbox-code", "BMS's password": "sandbox-password",
            "a key that is refused": "planted-refused-77aa09",
        ]

        private static var secrets: [String: String] {
            var secrets = planted
            let keys = "itp+sandbox-public:sandbox-private"
            secrets["ConnectWise's keys"] = Base64.encode(Array(keys.utf8))
            let user = "door:" + (planted["a source's password"] ?? "")
            secrets["a source's user"] = Base64.encode(Array(user.utf8))
            return secrets
        }

        private static func plant(_ configuration: inout ConfigurationCopy) {
            let secret = { (name: String) in planted[name] ?? "" }
            configuration.set("LogLevel", "debug", in: "GLOBAL")
            configuration.set("AdminToken", secret("AdminToken"), in: "LISTEN")
            configuration.set("IntakeToken", secret("IntakeToken"), in: "LISTEN")
            configuration.set("URL", "smtp://127.0.0.1:1", in: "MAIL")
            configuration.set("User", "itp", in: "MAIL")
            configuration.set("Password", secret("MAIL Password"), in: "MAIL")
            configuration.set("From", "itp@msp.example", in: "MAIL")
            configuration.set("URL", "pop3s://127.0.0.1:1", in: "MAILREADER box")
            configuration.set("User", "itp", in: "MAILREADER box")
            configuration.set("Password", secret("a mailbox"), in: "MAILREADER box")
            configuration.set("Mail", "raw", in: "SOURCE mail")
            configuration.set("Auth", "bearer:" + secret("a mail relay"), in: "SOURCE mail")
            configuration.set("Subject", "{/subject}", in: "SOURCE door")
            configuration.set("Agent", "{/agent}", in: "SOURCE door")
            configuration.set("Default", "fire", in: "SOURCE door")
            configuration.set(
                "Auth",
                """
                header:X-Key:\(secret("a source's header")),query:key:\(secret("a source's query")),\
                path:\(secret("a source's path")),basic:door:\(secret("a source's password")),\
                hmac:github:\(secret("a source's HMAC"))
                """, in: "SOURCE door")
            let rules = "ITPConfig.ini"
            configuration.set("NotifyProcess", "OpsGenie", in: "RMM_SETTINGS", of: rules)
            configuration.set("NotifyKey", secret("NotifyKey"), in: "RMM_SETTINGS", of: rules)
            configuration.set("NotifyPriority", "9", in: "RMM_SETTINGS", of: rules)
        }

        /// Tenants with the two other PSAs, so that those are signed in to as well.
        private static func addTenants(_ configuration: inout ConfigurationCopy, _ sandbox: String) {
            _ = configuration.append(
                """
                [RMM_SETTINGS_ATMSP]
                PSA_Type=ATK
                PSA_URL=http://\(sandbox)/autotask
                PSA_AV1=api@sandbox.example
                PSA_AV2=sandbox-secret
                PSA_AV3=sandbox-code
                PSA_AT_Queue=Alerts
                [RMM_SETTINGS_BMSMSP]
                PSA_Type=BMS
                PSA_URL=http://\(sandbox)/bms
                PSA_AV1=sandbox
                PSA_AV2=sandbox-password
                PSA_AV3=itp
                PSA_BMS_Queue=Alerts
                """, to: "ITPConfig.ini")
        }

        @Test(
            """
            no planted secret is in any log line, page, trace, finding, refusal, or in the requests that the sandbox shows
            """)
        func nothingIsShown() async throws {
            try await Scene.with(change: Self.plant) { scene in
                var configuration = scene.configuration
                Self.addTenants(&configuration, scene.sandboxAddress)
                try configuration.write(to: scene.config)
                var said: [(where: String, text: String)] = []
                let service = try scene.serve()
                try Self.talk(to: service, scene, &said)
                for words in [
                    ["check"], ["check", "--json"], ["check", "--online"], ["setup", "connectwise"],
                    ["setup", "autotask", "--apply", "--test-ticket"], ["setup", "bms", "--apply", "--test-ticket"],
                ] {
                    let result = try Program.run(words + ["--config", scene.config], in: scene.folder)
                    said.append((words.joined(separator: " "), result.output + result.errors))
                }
                let explained = try scene.run(
                    "explain", "--config", scene.config, "--subject", Alert.dhcp.subject, "--json")
                said.append(("explain", explained.output + explained.errors))
                try Self.breakConfiguration(configuration, service, scene, &said)
                try service.stop()
                said.append(("the service's output", service.program.output))
                said += service.program.errors.split(separator: "\n").map { ("the log", String($0)) }
                for page in ["requests", "tickets", "counts"] {
                    said.append(("/sandbox/\(page)", try scene.sandboxPage(page).compact))
                }
                for (name, secret) in Self.secrets {
                    let places = said.filter { $0.text.contains(secret) }.map(\.where)
                    #expect(places == [], "\(name) is shown")
                }
                // What was searched is what was said.
                #expect(said.contains { $0.where == "/sandbox/requests" && $0.text.contains("security/authenticate") })
                #expect(said.contains { $0.where == "/sandbox/requests" && $0.text.contains("service/tickets") })
                #expect(said.filter { $0.where == "the log" }.count > 5)
            }
        }

        /// Alerts with right and wrong secrets, PSAs that refuse and break off, and every page.
        private static func talk(
            to service: Service, _ scene: Scene, _ said: inout [(where: String, text: String)]
        ) throws {
            let secret = { (name: String) in planted[name] ?? "" }
            let admin = ["Authorization: Bearer \(secret("AdminToken"))"]
            let door = "/v1/alerts/door"
            let basic = secrets["a source's user"] ?? ""
            var ids: [String] = []
            try scene.order(fault: "status:401")
            try scene.order(fault: "truncate")
            for (path, header) in [
                ("/v1/alerts", "Authorization: Bearer \(secret("IntakeToken"))"),
                ("/v1/alerts", "Authorization: Bearer \(secret("AdminToken"))"),
                (door, "X-Key: \(secret("a source's header"))"),
                ("\(door)?key=\(secret("a source's query"))", "X-Nothing: 1"),
                ("\(door)/\(secret("a source's path"))", "X-Nothing: 1"),
                (door, "Authorization: Basic \(basic)"), (door, "X-Hub-Signature-256: sha256=00"),
            ] {
                var alert = Alert.dhcp
                alert.agent = "srv\(ids.count).servers.acme"
                let answer = try service.ask("POST", path, Alert.headers + [header], alert.body)
                said.append(("POST", answer.head + answer.json.compact))
                ids += (answer.json["ids"]?.array ?? []).compactMap(\.string)
            }
            #expect(ids.count >= 4, "\(said)")
            for id in ids {
                let settled = try waitUntil(seconds: 30) {
                    try service.ask("GET", "/v1/events/\(id)", admin).json["state"]?.string == "delivered"
                }
                #expect(settled, "\(service.program.errors)")
                said.append(("a trace", try service.ask("GET", "/v1/events/\(id)", admin).json.compact))
            }
            for path in ["/stats", "/health", "/ready", "/v1/events", "/openapi.json"] {
                let answer = try service.ask("GET", path, admin)
                said.append((path, answer.head + answer.json.compact))
            }
        }

        /// A configuration that is refused, with a secret in a line of every kind of mistake; then one with a key that the
        /// PSA refuses.
        private static func breakConfiguration(
            _ sound: ConfigurationCopy, _ service: Service, _ scene: Scene,
            _ said: inout [(where: String, text: String)]
        ) throws {
            let refused = planted["a key that is refused"] ?? ""
            let admin = ["Authorization: Bearer \(planted["AdminToken"] ?? "")"]
            var broken = sound
            _ = broken.append(
                "[MAIL]\nPasword=\(refused)\n[RMM_SETTINGS]\nPSA_AV22=\(refused)\nNotifyKey=\(refused)\nHumanGuard=perhaps",
                to: "ITPConfig.ini")
            try broken.write(to: scene.config)
            let check = try scene.run("check", "--config", scene.config)
            #expect(check.code == 1)
            said.append(("check", check.output + check.errors))
            let reload = try service.ask("POST", "/admin/reload", admin)
            #expect(reload.status == 422)
            said.append(("/admin/reload", reload.json.compact))
            said.append(("/health", try service.ask("GET", "/health", admin).json.compact))
            var wrong = sound
            wrong.set("PSA_AV3", refused, in: "RMM_SETTINGS", of: "ITPConfig.ini")
            try wrong.write(to: scene.config)
            let online = try scene.run("check", "--online", "--config", scene.config)
            #expect(online.output.contains("HTTP 401"), "\(online.output)")
            said.append(("check --online", online.output + online.errors))
        }
    }
}
