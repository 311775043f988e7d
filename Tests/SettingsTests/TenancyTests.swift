import Events
import Formats
import Settings
import Testing

struct TenancyTests {
    @Test("a tenant's section is laid over the primary's, key by key")
    func overlay() throws {
        let settings = try #require(
            load(soundRules + "CleanBody=Y\nDropCodes=Inf\n[RMM_SETTINGS_Two]\nDropCodes=Chk\nName=Second").settings)
        let tenant = try #require(settings.tenant("TWO"))
        #expect(tenant.cleanBody)
        #expect(tenant.dropCodes == ["chk"])
        #expect(tenant.name == "Second" && tenant.id == "Two")
        #expect(tenant.dropCodesReference?.place == "ITPConfig.ini:12")
        #expect(tenant.account == settings.primary.account)
        #expect(settings.primary.dropCodes == ["inf"])
        #expect(settings.tenant("")?.id.isEmpty == true)
        #expect(settings.tenant("three") == nil)
        #expect(settings.accounts.count == 1)
    }

    @Test(
        "a tenant with a PSA of its own inherits no key of the primary's PSA",
        arguments: ["PSA_Type=CWF", "PSA_URL=two.example"])
    func ownPSA(line: String) {
        let loaded = load(soundRules + "PSA_DefaultCompany=Mine\n[RMM_SETTINGS_TWO]\n" + line)
        #expect(loaded.settings == nil)
        let text = loaded.findings.map(\.description).joined(separator: "\n")
        if line.contains("Type") {
            for key in ["PSA_URL", "PSA_AV1", "PSA_AV2", "PSA_AV3", "PSA_CW_Board"] {
                #expect(text.contains("ITPConfig.ini:11: error: PSA_Type=CWF needs \(key); write \(key)=…"), "\(key)")
            }
            #expect(text.contains("ITPConfig.ini:11: warning: PSA_Type=CWF needs PSA_ClientID; write PSA_ClientID=…"))
        } else {
            #expect(text == "ITPConfig.ini:10: error: no PSA_Type in [RMM SETTINGS TWO]; write PSA_Type=CWF")
        }
    }

    @Test("nothing of the primary's account reaches a tenant that has its own")
    func separated() throws {
        let settings = try #require(
            load(
                soundRules + "PSA_DefaultCompany=Mine\nPSA_CW_Gold=Mine\nPSA_P1=Mine\nPSA_TicketNew=Mine\nCleanBody=Y\n"
                    + "[RMM_SETTINGS_TWO]\nPSA_Type=CWF\nPSA_URL=two.example\nPSA_AV1=two\nPSA_AV2=env:OTHER\n"
                    + "PSA_AV3=env:OTHER\nPSA_ClientID=g\nPSA_CW_Board=Two"
            ).settings)
        let tenant = try #require(settings.tenant("two"))
        #expect(tenant.account?.values == [1: "two", 2: "other-key", 3: "other-key"])
        #expect(tenant.account?.options == ["psa_cw_board": "Two"])
        #expect(tenant.defaultCompany == nil && tenant.newStatus == nil)
        #expect(tenant.priorityNames[1] == "Critical")
        #expect(tenant.cleanBody)
        #expect(settings.accounts.map(\.lane) == ["CWF psa.example/acme", "CWF two.example/two"])
    }

    @Test("rules of a tenant go before the common ones, and do not hide them from the check")
    func rewrites() throws {
        let loaded = load(
            soundRules + "[RMM_SETTINGS_TWO]\n[ALERT REWRITE]\ndisk is full=CANCEL\n[ALERT REWRITE_TWO]\n"
                + "disk=REWRITE;DSK|D||||N.DSK.S.P1.Alm\n[RESTRICTED]\nBKP=1\nEVT=1\n[RESTRICTED_two]\nBKP=0")
        #expect(loaded.findings.allSatisfy { !$0.message.contains("can never match") })
        let settings = try #require(loaded.settings)
        let tenant = try #require(settings.tenant("two"))
        #expect(tenant.alertRewrites.rule(for: "DISK IS FULL")?.reference.line == 13)
        #expect(settings.primary.alertRewrites.rule(for: "DISK IS FULL")?.action == .cancel)
        #expect(tenant.restrictions["bkp"]?.restrictionClass == 0)
        #expect(tenant.restrictions["EVT"]?.restrictionClass == 1)
        #expect(settings.primary.restrictions["BKP"]?.restrictionClass == 1)
    }

    @Test("a tenant's own hidden rule is told once")
    func ownShadow() {
        let found = load(
            soundRules
                + "[RMM_SETTINGS_A]\n[RMM_SETTINGS_B]\n[ALERT REWRITE_A]\nx=CANCEL\nxy=CANCEL\n[ALERT REWRITE]\nyz=CANCEL\nayz=CANCEL"
        ).findings.filter { $0.message.contains("can never match") }
        #expect(found.map(\.line) == [13, 16])
    }

    @Test("a tenant's notes go before the common ones, FILE: is read, \\n is a line end")
    func notes() throws {
        let settings = try #require(
            load(
                soundRules + "[RMM_SETTINGS_TWO]\n[TICKET NOTES]\nCommon=one\\ntwo \\\\x\nA.S=FILE: A.TXT\n"
                    + "[TICKET NOTES_TWO]\nA.S=mine", notes: ["a.txt": "from <agent>\n"]
            ).settings)
        let fill = { (note: NotesTable.Note?) in note?.text.expanded { $0 == "agent" ? "fs1" : nil } }
        #expect(fill(settings.primary.ticketNotes.common) == "one\ntwo \\\\x")
        #expect(fill(settings.primary.ticketNotes.notes["a.s"]) == "from fs1\n")
        #expect(fill(settings.tenant("two")?.ticketNotes.notes["A.S"]) == "mine")
        #expect(fill(settings.tenant("two")?.ticketNotes.common) == "one\ntwo \\\\x")
    }

    @Test("blanks and '_' are the same in a section's name, also in the tenant's part of it")
    func underscores() throws {
        let settings = try #require(
            load(soundRules + "[RMM SETTINGS_A_B]\n[ALERT_REWRITE_A B]\nx=CANCEL\n[rmm_settings_a b]\nCleanBody=Y")
                .settings)
        #expect(settings.tenants.count == 1)
        #expect(settings.tenant("a_b")?.cleanBody == true)
        #expect(settings.tenant("A_B")?.alertRewrites.rule(for: "x") != nil)
    }

    @Test("organisations are known by ID and by name, of two with one name the first counts")
    func organisations() throws {
        let settings = try #require(
            load(
                soundRules + "[ORG acme]\nName=Acme\nServiceLevel=Gold\nCF:Site=12\n[ORG_other]\nName=ACME\n"
                    + "[COMPANY MAP]\nacme=19301"
            ).settings)
        #expect(settings.organisations["acme"]?.customFields.map(\.value) == ["12"])
        #expect(settings.organisations["acme"]?.reference.place == "ITPConfig.ini:9")
        #expect(settings.organisationsByName["aCME"]?.id == "acme")
        #expect(settings.companyMap["ACME"] == "19301")
    }

    @Test("rewrites for the PSA are read in their three fields, empty trailing ones ignored")
    func psaRewrites() throws {
        let settings = try #require(
            load(
                soundRules
                    + "[PSA REWRITE]\nA.B.S=c ; text ; T , S , I\nA.B.W=;text;;\n[PSA REWRITE_Acme]\nA.B.S=c;other"
            ).settings)
        let common = settings.psaRewrites[""]
        #expect(common?["a.b.s"]?.text == "text" && common?["A.B.S"]?.code == "c")
        #expect(common?["A.B.S"]?.classification == .init(type: "T", subtype: "S", item: "I"))
        #expect(common?["A.B.W"]?.classification == .init() && common?["A.B.W"]?.code.isEmpty == true)
        #expect(settings.psaRewrites["acme"]?["A.B.S"]?.text == "other")
    }

    @Test("an account of the cloud without api- and one of another PSA are told")
    func accounts() {
        let cloud = soundRules.replacing("psa.example", with: "https://na.myconnectwise.net/v4_6_release")
        #expect(
            load(cloud).findings.map(\.description) == [
                "ITPConfig.ini:3: warning: ConnectWise's cloud answers its API at api-…; "
                    + "write PSA_URL=api-na.myconnectwise.net"
            ])
        #expect(
            load("[RMM_SETTINGS]\nPSA_Type=ATF").findings.map(\.description) == [
                "ITPConfig.ini:2: warning: 'ATF' is an old spelling; write PSA_Type=ATK",
                "ITPConfig.ini:2: warning: this version delivers to ConnectWise (CWF) and by mail (GEN); "
                    + "tickets for ATK wait in the outbox",
            ])
    }
}
