/// The properties of the vendor's records, as far as its public interface description goes and an alert's ticket needs.
enum ConnectWiseSchema {
    static let ticket = Schema(
        "ticket",
        """
        id:-i summary:t100 recordType:=ServiceTicket|ProjectTicket|ProjectIssue board:>board status:>status
        workRole:>other workType:>other company:>company site:>site siteName:t156 addressLine1:t50 addressLine2:t50
        city:t50 stateIdentifier:t50 zip:t12 country:>other contact:>contact contactName:t62 contactPhoneNumber:t20
        contactPhoneExtension:t15 contactEmailAddress:t250 type:>type subType:>subType item:>item team:>team
        owner:>member priority:>priority serviceLocation:>serviceLocation source:>source requiredDate:d budgetHours:n
        opportunity:>other agreement:>agreement agreementType:-t severity:=Low|Medium|High impact:=Low|Medium|High
        externalXRef:t100 poNumber:t50 knowledgeBaseCategoryId:i knowledgeBaseSubCategoryId:i
        allowAllClientsPortalView:f customerUpdatedFlag:f automaticEmailContactFlag:f automaticEmailResourceFlag:f
        automaticEmailCcFlag:f automaticEmailCc:t1000 initialDescription:+t initialInternalAnalysis:+t
        initialResolution:+t initialDescriptionFrom:+t contactEmailLookup:+t processNotifications:+f skipCallback:+f
        closedDate:-d closedBy:-t closedFlag:-f actualHours:-n approved:f
        billTime:=Billable|DoNotBill|NoCharge|NoDefault billExpenses:=Billable|DoNotBill|NoCharge|NoDefault
        billProducts:=Billable|DoNotBill|NoCharge|NoDefault dateResolved:-d dateResplan:-d dateResponded:-d
        isInSla:-f resources:-t parentTicketId:-i hasChildTicket:-f hasMergedChildTicketFlag:-f
        estimatedStartDate:d duration:i location:>location department:>department mobileGuid:-t sla:>sla slaStatus:-t
        requestForChangeFlag:f currency:>other mergedParentTicket:->other integratorTags:l escalationLevel:-i
        customFields:l
        """)

    static let note = Schema(
        "serviceNote",
        """
        id:-i ticketId:-i text:t detailDescriptionFlag:f internalAnalysisFlag:f resolutionFlag:f issueFlag:f
        member:>member contact:>contact customerUpdatedFlag:f processNotifications:f dateCreated:-d createdBy:-t
        internalFlag:f externalFlag:f
        """)

    static let ticketNote = Schema(
        "serviceTicketNote",
        """
        id:-i noteType:=TicketNote|TimeEntryNote|MeetingNote ticket:>other text:t isMarkdownFlag:f
        detailDescriptionFlag:f internalAnalysisFlag:f resolutionFlag:f timeStart:d timeEnd:d bundledFlag:f
        mergedFlag:f issueFlag:f originalAuthor:t createdByParentFlag:f member:>member contact:>contact
        """)

    static let timeEntry = Schema(
        "timeEntry",
        """
        id:-i company:>company chargeToId:i chargeToType:=ServiceTicket|ProjectTicket|ChargeCode|Activity
        member:>member timeStart:d timeEnd:d actualHours:n billableOption:=Billable|DoNotBill|NoCharge|NoDefault notes:t
        internalNotes:t addToDetailDescriptionFlag:f addToInternalAnalysisFlag:f addToResolutionFlag:f enteredBy:-t
        dateEntered:-d
        """)
    static let document = Schema(
        "document",
        """
        id:-i title:t fileName:t serverFileName:t owner:t linkFlag:f imageFlag:f publicFlag:f size:i guid:t
        """)
    static let namedReference = Schema("reference", "id:-i name:t")

    static let configurationReference = Schema("configuration", "id:-i deviceIdentifier:t")

    static let company = Schema(
        "company",
        """
        id:-i identifier:t156 name:t156 status:>companyStatus addressLine1:t50 addressLine2:t50 city:t50 state:t50 zip:t12
        country:>other phoneNumber:t30 website:t255 territory:>location accountNumber:t100 defaultContact:>contact
        leadFlag:f unsubscribeFlag:f vendorIdentifier:t taxIdentifier:t deletedFlag:f isVendorFlag:f types:l site:>site
        integratorTags:l customFields:l
        """)
    static let companyStatus = Schema(
        "companyStatus",
        """
        id:-i name:t50 defaultFlag:f inactiveFlag:f notifyFlag:f disallowSavingFlag:f notificationMessage:t500
        customNoteFlag:f cancelOpenTracksFlag:f
        """)
    static let configuration = Schema(
        "configuration",
        """
        id:-i name:t100 type:>configurationType status:>configurationStatus company:>company contact:>contact site:>site
        location:>location department:>department deviceIdentifier:t100 serialNumber:t250 modelNumber:t50 tagNumber:t50
        vendorNotes:t notes:t macAddress:t25 lastLoginName:t100 billFlag:f ipAddress:t50 defaultGateway:t50 osType:t250
        osInfo:t250 cpuSpeed:t100 ram:t25 localHardDrives:t activeFlag:f managementLink:t1000 remoteLink:t1000
        questions:l customFields:l
        """)
    static let configurationType = Schema("configurationType", "id:-i name:t50 inactiveFlag:f systemFlag:f")
    static let configurationStatus = Schema("configurationStatus", "id:-i description:t50 closedFlag:f defaultFlag:f")
    static let contact = Schema(
        "contact",
        """
        id:-i firstName:t30 lastName:t30 company:>company title:t100 inactiveFlag:f communicationItems:l customFields:l
        """)
    static let communicationType = Schema(
        "communicationType", "id:-i description:t30 phoneFlag:f faxFlag:f emailFlag:f defaultFlag:f")
    static let board = Schema(
        "board",
        """
        id:-i name:t50 location:>location department:>department inactiveFlag:f projectFlag:f
        discussionsLockedFlag:f timeEntryLockedFlag:f
        """)
    static let boardStatus = Schema(
        "boardStatus",
        """
        id:-i name:t50 board:>board sortOrder:i displayOnBoard:f inactive:f closedStatus:f timeEntryNotAllowed:f
        defaultFlag:f escalationStatus:=NotResponded|Responded|ResolutionPlan|Resolved|NoEscalation
        customerPortalFlag:f
        """)
    static let boardType = Schema(
        "boardType", "id:-i name:t50 category:=Reactive|Proactive defaultFlag:f inactiveFlag:f board:>board")
    static let boardSubType = Schema(
        "boardSubType", "id:-i name:t50 inactiveFlag:f typeAssociationIds:l board:>board")
    static let boardItem = Schema("boardItem", "id:-i name:t50 inactiveFlag:f board:>board")
    static let association = Schema(
        "boardTypeSubTypeItemAssociation", "id:-i type:>type subType:>subType item:>item board:>board")
    static let boardTeam = Schema(
        "boardTeam", "id:-i name:t30 teamLeader:>member members:l defaultFlag:f boardId:i locationId:i")
    static let serviceTeam = Schema(
        "serviceTeam", "id:-i name:t30 leader:>member location:>location department:>department deleteNotifyFlag:f")
    static let priority = Schema(
        "priority", "id:-i name:t50 color:t50 sortOrder:i defaultFlag:f level:=Critical|High|Medium|Low")
    static let source = Schema("source", "id:-i name:t50 defaultFlag:f")
    static let severity = Schema("severity", "id:-i name:t description:t50 defaultFlag:f")
    static let impact = Schema("impact", "id:-i name:t description:t50 defaultFlag:f")
    static let serviceLocation = Schema("serviceLocation", "id:-i name:t50 where:=OnSite|Remote|InHouse defaultFlag:f")
    static let member = Schema(
        "member",
        """
        id:-i identifier:t15 licenseClass:=F|A|C|X firstName:t30 lastName:t30 inactiveFlag:f hireDate:d
        officeEmail:t250 defaultEmail:=Office|Mobile|Home adminFlag:f
        """)
    static let systemLocation = Schema("location", "id:-i name:t50")
    static let department = Schema("department", "id:-i identifier:t10 name:t50")
}
