/// What kind of value a property holds, with the word that `entityInformation` has for it.
enum AutotaskKind: String, Sendable {
    case integer, long, decimal, boolean, string
    case date = "datetime"
}

/// One property of an entity.
struct AutotaskField: Sendable {
    var name: String
    var kind: AutotaskKind
    /// The most UTF-16 units of a text; whether the vendor counts these is not settled, and it is the stricter reading.
    var length = 0
    var isRequired = false
    /// The vendor sets it; what a client sends is passed over.
    var isReadOnly = false
    var isQueryable = true
    var isPicklist = false
    /// The property whose value limits the choice from this picklist.
    var parent: String?
    var reference: AutotaskEntity?
}

/// The kinds of records that the stand-in keeps.
enum AutotaskEntity: String, CaseIterable, Sendable {
    case tickets = "Tickets"
    case ticketNotes = "TicketNotes"
    case ticketAttachments = "TicketAttachments"
    case ticketAdditionalConfigurationItems = "TicketAdditionalConfigurationItems"
    case ticketHistory = "TicketHistory"
    case timeEntries = "TimeEntries"
    case companies = "Companies"
    case companyLocations = "CompanyLocations"
    case contacts = "Contacts"
    case configurationItems = "ConfigurationItems"
    case resources = "Resources"
    case roles = "Roles"
    case resourceServiceDeskRoles = "ResourceServiceDeskRoles"
    case resourceRoleQueues = "ResourceRoleQueues"
    case billingCodes = "BillingCodes"
    case ticketCategories = "TicketCategories"

    init?(path word: String) {
        guard let found = AutotaskEntity.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() })
        else { return nil }
        self = found
    }

    /// The children of an entity by the last word of their path.
    static let children: [AutotaskEntity: [(word: String, child: AutotaskEntity, parentID: String)]] = [
        .tickets: [
            ("notes", .ticketNotes, "ticketID"), ("attachments", .ticketAttachments, "parentID"),
            ("additionalconfigurationitems", .ticketAdditionalConfigurationItems, "ticketID"),
        ],
        .companies: [("contacts", .contacts, "companyID"), ("locations", .companyLocations, "companyID")],
    ]

    /// The verbs that the entity's own path takes.
    var rootVerbs: [String] {
        switch self {
        case .tickets, .companies, .configurationItems: ["POST", "PATCH", "PUT"]
        case .ticketCategories, .resources: ["PATCH", "PUT"]
        default: []
        }
    }

    /// The verbs that the entity's path below its parent takes beside GET.
    var childVerbs: [String] {
        switch self {
        case .ticketNotes: ["POST", "PATCH", "PUT"]
        case .contacts: ["POST", "PATCH", "PUT"]
        case .ticketAttachments, .ticketAdditionalConfigurationItems: ["POST"]
        default: []
        }
    }

    /// What the API user's security level lets it write.
    var isWritable: Bool {
        switch self {
        case .tickets, .ticketNotes, .ticketAttachments, .ticketAdditionalConfigurationItems, .contacts: true
        default: false
        }
    }

    /// The name in `entityInformation`.
    var singular: String {
        switch self {
        case .companies: "Company"
        case .timeEntries: "TimeEntry"
        case .ticketCategories: "TicketCategory"
        case .ticketHistory: rawValue
        default: String(rawValue.dropLast())
        }
    }

    var fields: [AutotaskField] { AutotaskSchema.fields[self] ?? [] }

    /// The property of that name in any case.
    func field(_ name: String) -> AutotaskField? { AutotaskSchema.byName[self]?[name.lowercased()] }

    var hasUserDefinedFields: Bool {
        switch self {
        case .tickets, .companies, .contacts, .configurationItems: true
        default: false
        }
    }
}

/// The properties of the vendor's entities, as far as its public description shows them.
enum AutotaskSchema {
    static let fields = Dictionary(uniqueKeysWithValues: AutotaskEntity.allCases.map { ($0, parse(table($0))) })
    static let byName = fields.mapValues { fields in
        Dictionary(fields.map { ($0.name.lowercased(), $0) }) { first, _ in first }
    }

    /// Reads `name:kind` words. Kinds: `i` integer, `l` long, `n` decimal, `f` boolean, `d` date, `s` text with its
    /// length. After it `!` required, `-` read-only, `^` not queryable, `#` picklist, `#parent` picklist below another,
    /// `>Entity` reference.
    private static func parse(_ table: String) -> [AutotaskField] {
        table.split { $0 == " " || $0 == "\n" }.compactMap { word in
            let parts = word.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let letter = parts[1].first, let kind = kinds[letter] else { return nil }
            var field = AutotaskField(name: String(parts[0]), kind: kind)
            var rest = parts[1].dropFirst()
            let digits = rest.prefix { $0.isNumber }
            field.length = Int(digits) ?? 0
            rest = rest.dropFirst(digits.count)
            while let flag = rest.popFirst() {
                switch flag {
                case "!": field.isRequired = true
                case "-": field.isReadOnly = true
                case "^": field.isQueryable = false
                case "#":
                    field.isPicklist = true
                    field.parent = rest.isEmpty ? nil : String(rest)
                    rest = ""
                default:
                    field.reference = AutotaskEntity(path: String(rest))
                    rest = ""
                }
            }
            return field
        }
    }

    private static let kinds: [Character: AutotaskKind] = [
        "i": .integer, "l": .long, "n": .decimal, "f": .boolean, "d": .date, "s": .string,
    ]

    private static func table(_ entity: AutotaskEntity) -> String {
        switch entity {
        case .tickets:
            """
            id:l- apiVendorID:i- assignedResourceID:i>Resources assignedResourceRoleID:i>Roles
            billingCodeID:i>BillingCodes changeApprovalBoard:i changeApprovalStatus:i changeApprovalType:i
            changeInfoField1:s8000 changeInfoField2:s8000 changeInfoField3:s8000 changeInfoField4:s8000
            changeInfoField5:s8000 companyID:i!>Companies companyLocationID:i>CompanyLocations
            completedByResourceID:i->Resources completedDate:d- configurationItemID:i>ConfigurationItems
            contactID:i>Contacts contractID:i contractServiceBundleID:l contractServiceID:l createDate:d-
            createdByContactID:i- creatorResourceID:i->Resources creatorType:i-^ currentServiceThermometerRating:i-
            description:s8000 dueDateTime:d estimatedHours:n externalID:s50
            firstResponseAssignedResourceID:i- firstResponseDateTime:d- firstResponseDueDateTime:d-
            firstResponseInitiatingResourceID:i- hoursToBeScheduled:n impersonatorCreatorResourceID:i-
            issueType:i# lastActivityDate:d- lastActivityPersonType:i-^ lastActivityResourceID:i->Resources
            lastCustomerNotificationDateTime:d- lastCustomerVisibleActivityDateTime:d-
            lastTrackedModificationDateTime:d- monitorID:i monitorTypeID:i# opportunityID:i
            organizationalLevelAssociationID:i previousServiceThermometerRating:i- priority:i!# problemTicketId:i>Tickets
            projectID:i purchaseOrderNumber:s50 queueID:i# resolution:s32000 resolutionPlanDateTime:d-
            resolutionPlanDueDateTime:d- resolvedDateTime:d- resolvedDueDateTime:d- rmaStatus:i rmaType:i
            rmmAlertID:s50 serviceLevelAgreementHasBeenMet:f- serviceLevelAgreementID:i#
            serviceLevelAgreementPausedNextEventHours:n- serviceThermometerTemperature:i- source:i# status:i!#
            subIssueType:i#issueType ticketCategory:i>TicketCategories ticketNumber:s50- ticketType:i# title:s255!
            """
        case .ticketNotes:
            """
            id:l- createDateTime:d- createdByContactID:i- creatorResourceID:i->Resources description:s32000!
            impersonatorCreatorResourceID:i- impersonatorUpdaterResourceID:i- lastActivityDate:d- noteType:i!#
            publish:i!# ticketID:i->Tickets title:s250
            """
        case .ticketAttachments:
            """
            id:l- attachDate:d- attachedByContactID:l- attachedByResourceID:l->Resources attachmentType:s30!
            contentType:s100- data:s9333336^ fileSize:n-^ fullPath:s255! impersonatorCreatorResourceID:i-
            opportunityID:l- parentID:l->Tickets publish:i!# title:s255!
            """
        case .ticketAdditionalConfigurationItems: "id:l- configurationItemID:i!>ConfigurationItems ticketID:i->Tickets"
        case .ticketHistory: "id:l- action:s255- date:d- detail:s8000- resourceID:i->Resources ticketID:i->Tickets"
        case .timeEntries:
            """
            id:l- billingCodeID:i>BillingCodes createDateTime:d- creatorUserID:i- dateWorked:d endDateTime:d
            hoursWorked:n internalNotes:s32000 lastModifiedDateTime:d- resourceID:i>Resources roleID:i>Roles
            startDateTime:d summaryNotes:s32000 ticketID:i>Tickets
            """
        default: other(entity)
        }
    }

    private static func other(_ entity: AutotaskEntity) -> String {
        switch entity {
        case .companies:
            """
            id:l- address1:s128 address2:s128 city:s30 classification:i# companyName:s100! companyNumber:s50
            companyType:i!# countryID:i createDate:d- isActive:f lastActivityDate:d- lastTrackedModifiedDateTime:d-
            ownerResourceID:i!>Resources parentCompanyID:i>Companies phone:s25! postalCode:s10 state:s40
            webAddress:s255
            """
        case .companyLocations:
            "id:l- address1:s128 city:s50 companyID:i!>Companies isActive:f isPrimary:f name:s100! phone:s25"
        case .contacts:
            """
            id:l- companyID:i->Companies companyLocationID:i>CompanyLocations createDate:d- emailAddress:s254
            externalID:s50 firstName:s50! isActive:i! lastActivityDate:d- lastModifiedDate:d- lastName:s50!
            mobilePhone:s25 note:s50 phone:s25 primaryContact:f title:s50
            """
        case .configurationItems:
            """
            id:l- companyID:i!>Companies companyLocationID:i>CompanyLocations configurationItemCategoryID:i
            configurationItemType:i# contactID:i>Contacts createDate:d- installDate:d isActive:f!
            lastActivityPersonID:i- lastModifiedTime:d- location:s100 notes:s3000 parentConfigurationItemID:i productID:i!
            referenceNumber:s50 referenceTitle:s200 rmmDeviceAuditHostname:s255 rmmDeviceAuditIPAddress:s15
            rmmDeviceAuditLastUser:s50 rmmDeviceAuditOperatingSystem:s255 rmmDeviceID:l rmmDeviceUID:s50
            rmmOpenAlertCount:i- serialNumber:s100
            """
        case .resources:
            """
            id:l- defaultServiceDeskRoleID:l email:s254 firstName:s50 isActive:f lastName:s50 licenseType:i#
            resourceType:s15 title:s50 userName:s32 userType:i
            """
        case .roles: "id:l- description:s200 isActive:f isSystemRole:f name:s200 roleType:i"
        case .resourceServiceDeskRoles: "id:l- isActive:f isDefault:f resourceID:i>Resources roleID:i>Roles"
        case .resourceRoleQueues: "id:l- isActive:f queueID:i resourceID:i>Resources roleID:i>Roles"
        case .billingCodes: "id:l- billingCodeType:i department:i description:s500 isActive:f name:s200 useType:i#"
        default: "id:l- displayColorRGB:i isActive:f isApiOnly:f- isGlobalDefault:f name:s30 nickname:s3"
        }
    }
}
